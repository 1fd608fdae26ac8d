import { kindOf, SecretError } from '@secretkit/core/provider';
import { fieldsOf } from './fields-of.js';

/** The part of a body that is read. */
export interface BodyChunks {
  /** Returns the next chunk; `undefined` at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Ends the body early. Its failure does not matter. */
  discard(): void;
}

/**
 * Returns the chunks of a body: of a web stream, or of another async iterable, such as the Node streams of `node-fetch` and
 * `cross-fetch`. `undefined` for the body `null`, which is empty.
 *
 * @throws `invalid_argument` for another body: the `fetch` is unfit.
 */
export function bodyChunks(owner: string, body: unknown): BodyChunks | undefined {
  if (body === null) return undefined;
  const { getReader } = fieldsOf(body);
  if (typeof getReader === 'function') {
    const reader = (body as ReadableStream<unknown>).getReader(); // it has the method
    return chunksOf(
      owner,
      () => reader.read(),
      () => reader.cancel(),
    );
  }
  if (typeof fieldsOf(body)[Symbol.asyncIterator as never] === 'function') {
    const stream = body as AsyncIterable<unknown> & { destroy?(): unknown }; // it has the method
    const iterator = stream[Symbol.asyncIterator]();
    return chunksOf(
      owner,
      () => iterator.next(),
      async () => (stream.destroy ? stream.destroy() : iterator.return?.()), // the iterator may not have started
    );
  }
  throw unfitFetch(owner, `a body that is a stream, got ${kindOf(body)}`);
}

/** Returns the failure of a `fetch` that does not return what the standard says. */
export function unfitFetch(owner: string, expected: string): SecretError {
  return new SecretError(
    'invalid_argument',
    `${owner}: fetch must return a Response with ${expected}. Omit the option, or use the fetch of your runtime.`,
  );
}

function chunksOf(
  owner: string,
  read: () => Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>,
  cancel: () => Promise<unknown>,
): BodyChunks {
  return {
    async next() {
      const { done, value } = await read();
      if (done) return undefined;
      if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      if (typeof value === 'string') return new TextEncoder().encode(value);
      throw unfitFetch(owner, `a body of bytes, got ${kindOf(value)}`);
    },
    discard() {
      cancel().catch(() => undefined); // nobody waits for the rest
    },
  };
}

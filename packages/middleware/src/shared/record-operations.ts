import type { Overrides } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  isSecretError,
  type SecretProvider,
  type SecretRef,
  withoutVersion,
} from '@secretkit/core/provider';
import type { Identity, Requested } from '../cache/identity.js';
import type { LateWrites } from '../cache/late-writes.js';

/** How a layer reads through its records, and deletes them. */
export interface RecordKeeper {
  identify(ref: SecretRef): Identity;
  /** Returns one answer for each, in order. @throws The signal's reason; nothing else. */
  read(requested: readonly Requested[], ctx: CallContext): Promise<readonly Answer[]>;
  /** Deletes the record of a secret before a write, and whatever was stored meanwhile after it. Never rejects. */
  evict(identity: Identity, when: 'before' | 'after'): Promise<void>;
  readonly lateWrites: LateWrites;
  readonly monotonicMs: () => number;
}

type Operations = Pick<Overrides, 'get' | 'getMany' | 'set' | 'compareAndSet' | 'delete'>;

/** Returns the operations of a layer that keeps records of what is read. It has the writes of the provider. */
export function recordOperations(
  { set, compareAndSet, delete: remove }: SecretProvider,
  { identify, read, evict, lateWrites, monotonicMs }: RecordKeeper,
): Operations {
  async function around<T>(ref: SecretRef, ctx: CallContext, write: () => Promise<T>): Promise<T> {
    const identity = identify(withoutVersion(ref));
    await evict(identity, 'before');
    try {
      const result = await write();
      lateWrites.succeeded(identity.key);
      return result;
    } catch (error) {
      lateWrites.failed(identity.key, ctx.signal?.aborted ? undefined : error, monotonicMs());
      throw error;
    } finally {
      await evict(identity, 'after');
    }
  }

  return {
    async get(ref, ctx) {
      const [answer] = await read([{ identity: identify(ref), ref }], ctx);
      if (isSecretError(answer)) throw answer;
      return answer;
    },
    async getMany(refs, ctx) {
      return read(
        refs.map((ref) => ({ identity: identify(ref), ref })),
        ctx,
      );
    },
    set: set && ((ref, secret, ctx) => around(ref, ctx, () => set(ref, secret, ctx))),
    compareAndSet:
      compareAndSet &&
      ((ref, secret, expected, ctx) => around(ref, ctx, () => compareAndSet(ref, secret, expected, ctx))),
    delete: remove && ((ref, ctx) => around(ref, ctx, () => remove(ref, ctx))),
  };
}

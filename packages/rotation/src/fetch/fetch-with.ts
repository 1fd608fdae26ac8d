import { checkOptions, kindOf } from '@secretkit/core/provider';
import type { Rotation } from '../rotating.js';

/** `fetch`, or a function like it. */
export type FetchLike = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface FetchWithOptions {
  /** The origins that get the header, such as `https://api.example.com`. Requests to others are refused. */
  readonly origins: readonly string[];
  /** The statuses that mean that the credential was refused. @defaultValue `[401]` */
  readonly authFailure?: readonly number[];
  /** The function that sends. @defaultValue the global `fetch` */
  readonly fetch?: FetchLike;
}

/**
 * Returns a `fetch` that sends headers with the current credential. If the answer is a 401 and the store has another credential, the
 * request is sent once more, unless its body is a stream. Redirects are errors unless the request says otherwise, because `fetch`
 * sends other headers than `authorization` to the new origin, too.
 *
 * @throws `TypeError` for wrong options; the function itself for another origin, before the request; else as `fetch` and `require`.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { rotating } from '@secretkit/rotation';
 * import { fetchWith } from '@secretkit/rotation/fetch';
 *
 * const key = rotating(createSecrets(memorySecrets({ initial: { 'api-key': 'example' } })), 'api-key');
 * const headers = (value: string) => ({ authorization: `Bearer ${value}` });
 * export const api = fetchWith(key, headers, { origins: ['https://api.example.com'] });
 * ```
 */
export function fetchWith<T>(
  rotation: Rotation<T>,
  headersOf: (value: T) => Readonly<Record<string, string>>,
  given: FetchWithOptions,
): FetchLike {
  const options = checkOptions('fetchWith', given, ['origins', 'authFailure', 'fetch']);
  const { authFailure = [401], fetch: send = sendByGlobal } = options;
  const origins = new Set(checkOrigins(options.origins));

  return async (input, init = {}) => {
    const isRequest = typeof input === 'object' && 'headers' in input;
    const url = new URL(isRequest ? input.url : input);
    if (!origins.has(url.origin)) {
      throw new TypeError(
        'fetchWith: the URL must have one of the origins of the option origins. The request was not sent.',
      );
    }
    const body: unknown = init.body ?? (isRequest ? input.body : undefined);
    const isStream =
      typeof body === 'object' && body !== null && ('getReader' in body || Symbol.asyncIterator in body);
    const isRepeatable = !isStream || (isRequest && !init.body); // a request can be cloned
    const signal = init.signal ?? (isRequest ? input.signal : undefined);

    return rotation.use(
      (secret) => {
        const headers = new Headers(init.headers ?? (isRequest ? input.headers : undefined));
        for (const [name, value] of Object.entries(headersOf(secret.reveal()))) headers.set(name, value);
        const redirect = init.redirect ?? 'error';
        return send(isRequest ? input.clone() : input, { ...init, headers, redirect });
      },
      { authFailure, ...(signal && { signal }), ...(!isRepeatable && { isAuthFailure: () => false }) },
    );
  };
}

// Looked up at each request: a test or a framework may replace it.
function sendByGlobal(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  return fetch(input, init);
}

function checkOrigins(origins: unknown): readonly string[] {
  const expected = 'fetchWith: origins must be a list of origins, such as ["https://api.example.com"]';
  if (!Array.isArray(origins) || origins.length === 0)
    throw new TypeError(`${expected}, got ${kindOf(origins)}.`);
  const isOrigin = (each: unknown): boolean =>
    typeof each === 'string' && URL.canParse(each) && new URL(each).origin === each;
  if (!origins.every(isOrigin)) throw new TypeError(`${expected}, got one with a path, or none.`);
  return origins as string[];
}

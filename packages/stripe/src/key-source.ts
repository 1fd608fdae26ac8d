import {
  abortable,
  errorRules,
  isSecret,
  isSecretError,
  kindOf,
  onAbort,
  type Secret,
  SecretError,
  throwIfAborted,
} from '@secretkit/core/provider';
import { type KeyKind, kindOfKey, problemOf } from './api-key.js';

/** What a function that returns the API key gets. It can be passed on to `secrets.require(name, read)`. */
export interface ApiKeyRead {
  /** Whether Stripe has just refused the key that the function returned before: copies in memory must not be used. */
  readonly fresh: boolean;
  /** Fires when the request is aborted, and after its timeout. */
  readonly signal: AbortSignal;
}

/** Returns the API key, for each request. */
export type ApiKeySource = (read: ApiKeyRead) => string | Secret | Promise<string | Secret>;

/** Where the key of a client's requests comes from. */
export interface KeySource {
  /** The kind of the latest key, also after the key has changed. */
  readonly kind: KeyKind;
  /** @throws a `SecretError` instead of a key; the signal's reason. */
  key(signal: AbortSignal | undefined, timeoutMs: number): string | Promise<string>;
  /** Returns the key that replaced a refused one; `undefined` if there is none. Absent: the key never changes. */
  replace?(
    refused: string,
    signal: AbortSignal | undefined,
    timeoutMs: () => number,
  ): Promise<string | undefined>;
}

/** Returns a source that has one key. */
export function fixedKey(apiKey: string): KeySource {
  return { kind: kindOfKey(apiKey), key: () => apiKey };
}

/** A key that was refused, and has no successor, is not read again past memory for this time. */
const cooldownMs = 30_000;

/** Returns a source that asks a function for each request. */
export function keyFunction(ask: ApiKeySource): KeySource {
  let latest: KeyKind = kindOfKey('');
  let refusal: { readonly key: string; readonly atMs: number } | undefined;

  async function read(fresh: boolean, signal: AbortSignal | undefined, timeoutMs: number): Promise<string> {
    throwIfAborted(signal);
    const reading = new AbortController();
    const stop = onAbort(signal, (reason) => reading.abort(reason));
    const timer = setTimeout(() => reading.abort(tooLate()), timeoutMs);
    let answer: unknown;
    try {
      answer = await abortable(Promise.resolve(ask({ fresh, signal: reading.signal })), reading.signal);
    } catch (error) {
      throwIfAborted(reading.signal);
      throw toKeyError(error);
    } finally {
      clearTimeout(timer);
      stop();
    }
    const key = keyIn(answer);
    latest = kindOfKey(key);
    return key;
  }

  function isCoolingDown(key: string): boolean {
    return refusal?.key === key && performance.now() - refusal.atMs < cooldownMs;
  }

  return {
    kind: {
      get restricted() {
        return latest.restricted;
      },
      get livemode() {
        return latest.livemode;
      },
    },
    key: (signal, timeoutMs) => read(false, signal, timeoutMs),
    async replace(refused, signal, timeoutMs) {
      try {
        const current = await read(false, signal, timeoutMs());
        if (current !== refused) return current; // another request has read it again
        if (isCoolingDown(refused)) return undefined;
        const found = await read(true, signal, timeoutMs());
        if (found !== refused) return found;
        refusal = { key: refused, atMs: performance.now() };
      } catch {
        throwIfAborted(signal); // the caller gets the refusal otherwise
      }
      return undefined;
    },
  };
}

function keyIn(answer: unknown): string {
  const key: unknown = isSecret(answer) ? answer.reveal() : answer;
  const isText = key === undefined || typeof key === 'string';
  const problem = isText ? problemOf(key) : `be a string or a Secret, got ${kindOf(key)}.`;
  if (problem === undefined) return key as string; // undefined has a problem
  throw new SecretError('unauthenticated', `the key that the function apiKey returns must ${problem}`);
}

/** Returns the error of a call without a key. The store's final answer, such as not_found, means that there is none. */
function toKeyError(error: unknown): SecretError {
  if (!isSecretError(error)) {
    return new SecretError(
      'unknown',
      'the function apiKey threw an exception, which is not quoted. Call the function alone to see it.',
    );
  }
  const { code, message, retryAfterMs } = error;
  const mayPass = code === 'unknown' || errorRules[code].staleAllowed;
  const fields = { retryAfterMs, retryable: error.retryable };
  return new SecretError(
    mayPass ? code : 'unauthenticated',
    `the function apiKey failed: ${message}`,
    fields,
  );
}

function tooLate(): SecretError {
  return new SecretError(
    'timeout',
    'the function apiKey did not return within the timeout of the request. Put a cache and a timeout around its store.',
  );
}

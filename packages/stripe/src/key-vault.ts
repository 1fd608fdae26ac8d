import { SecretError } from '@secretkit/core/provider';
import type { KeySource } from './key-source.js';

/**
 * Keeps an API key out of a Stripe instance, so that printing the instance does not show it.
 *
 * stripe-node has no parameter for an `AbortSignal`. So a signal is passed beside the request: the request uses a
 * placeholder of its own as its API key, and the HTTP client exchanges the placeholder for the real key and the signal.
 */
export interface KeyVault {
  /** The text that a Stripe instance uses as its API key. */
  readonly placeholder: string;
  /** Attaches a signal to the requests that use the returned `apiKey`, until `detach` is called. */
  attachSignal(signal: AbortSignal): { readonly apiKey: string; detach(): void };
  /**
   * Returns what belongs to the placeholder in an `Authorization` header. A header with another key has nothing here.
   *
   * @throws `unavailable` when the signal of the placeholder was detached: the call has ended.
   */
  resolveHeader(authorization: string | undefined): ResolvedHeader;
}

/** Where the key of a request comes from, and the signal that was attached to the request. */
export interface ResolvedHeader {
  readonly keys?: KeySource;
  readonly signal?: AbortSignal | undefined;
}

/** @param owner - The function that makes the client. */
export function keyVault(owner: string, keys: KeySource): KeyVault {
  const placeholder = `held by ${owner}`;
  const signals = new Map<string, AbortSignal>();
  let count = 0;

  return {
    placeholder,

    attachSignal(signal) {
      count += 1;
      const own = `${placeholder}, for call ${count}`;
      signals.set(own, signal);
      return { apiKey: own, detach: () => signals.delete(own) };
    },

    resolveHeader(authorization) {
      const key = authorization?.replace(/^Bearer /, '');
      if (!key?.startsWith(placeholder)) return {};
      const signal = signals.get(key);
      // The caller aborted before stripe-node sent the request.
      if (!signal && key !== placeholder) throw new SecretError('unavailable', 'the call has already ended.');
      return { keys, signal };
    },
  };
}

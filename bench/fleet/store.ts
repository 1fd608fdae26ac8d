import { type Secret, SecretError, type SecretProvider, type SecretRef, seal } from '@secretkit/core';
import type { CallContext } from '@secretkit/core/provider';

/** `outage`: every request fails with `unavailable`. `throttling`: every request fails with `rate_limited`. */
export type Fault = 'outage' | 'throttling';

/** A simulated store with a rate limit, shared by all processes. */
export interface Store {
  readonly provider: SecretProvider;
  /** Applies to every later request; `undefined` ends the fault. */
  fault: Fault | undefined;
}

export interface StoreOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** Requests per second for each operation; more are answered with `rate_limited`, without `retryAfterMs`. */
  readonly limit: number;
  /** Called once per request. */
  readonly onCall: (throttled: boolean) => void;
}

/** The shortest and the longest latency of a request. */
const latencyMs = [30, 90] as const;
const windowMs = 1_000;

export function store({ now, random, limit, onCall }: StoreOptions): Store {
  const admitted = { get: slidingWindow(now, limit), list: slidingWindow(now, limit) };
  const name = 'store';

  async function answer<T>(operation: 'get' | 'list', { signal }: CallContext, value: () => T): Promise<T> {
    const throttled = self.fault === 'throttling' || (!self.fault && !admitted[operation]());
    onCall(throttled);
    const { fault } = self; // as it was when the request arrived
    await delay(latencyMs[0] + random() * (latencyMs[1] - latencyMs[0]), signal);
    if (fault === 'outage') throw new SecretError('unavailable', 'the store is down.', { provider: name });
    if (throttled) throw new SecretError('rate_limited', 'too many requests.', { provider: name });
    return value();
  }

  const self: Store = {
    fault: undefined,
    provider: {
      name,
      get: (ref, ctx) => answer('get', ctx, () => valueOf(ref)),
      // One list request returns all secrets of a scope.
      getMany: (refs, ctx) => answer('list', ctx, () => refs.map(valueOf)),
    },
  };
  return self;
}

function valueOf({ name }: SecretRef): Secret {
  return seal(`value of ${name}`);
}

/** Returns a function that admits at most `limit` requests in any second. */
function slidingWindow(now: () => number, limit: number): () => boolean {
  const times: number[] = [];
  return () => {
    while (times[0] !== undefined && times[0] <= now() - windowMs) times.shift();
    if (times.length >= limit) return false;
    times.push(now());
    return true;
  };
}

function delay(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

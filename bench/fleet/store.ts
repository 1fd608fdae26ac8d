import { type Secret, SecretError, type SecretProvider, type SecretRef, seal } from '@secretkit/core';
import type { CallContext } from '@secretkit/core/provider';

/** What the store does instead of answering, at some times. */
export type Trouble = 'outage' | 'throttled';

/** A store that many processes ask, with a limit on the requests a second that it answers. */
export interface Store {
  readonly provider: SecretProvider;
  /** From now on; `undefined`: it is well again. */
  trouble: Trouble | undefined;
}

export interface StoreOptions {
  readonly now: () => number;
  readonly random: () => number;
  /** The requests a second that each operation answers; the rest are told to slow down, and not how long to wait. */
  readonly limit: number;
  /** Told of every request. */
  readonly onCall: (refused: boolean) => void;
}

/** Between these it takes to answer, in milliseconds. */
const latencyMs = [30, 90] as const;
const windowMs = 1_000;

export function store({ now, random, limit, onCall }: StoreOptions): Store {
  const admitted = { get: slidingWindow(now, limit), list: slidingWindow(now, limit) };
  const name = 'store';

  async function answer<T>(operation: 'get' | 'list', { signal }: CallContext, value: () => T): Promise<T> {
    const throttled = self.trouble === 'throttled' || (!self.trouble && !admitted[operation]());
    onCall(throttled);
    const { trouble } = self;
    await later(latencyMs[0] + random() * (latencyMs[1] - latencyMs[0]), signal);
    if (trouble === 'outage') throw new SecretError('unavailable', 'the store is down.', { provider: name });
    if (throttled) throw new SecretError('rate_limited', 'too many requests.', { provider: name });
    return value();
  }

  const self: Store = {
    trouble: undefined,
    provider: {
      name,
      get: (ref, ctx) => answer('get', ctx, () => valueOf(ref)),
      // One list brings all the secrets of a scope.
      getMany: (refs, ctx) => answer('list', ctx, () => refs.map(valueOf)),
    },
  };
  return self;
}

function valueOf({ name }: SecretRef): Secret {
  return seal(`value of ${name}`);
}

/** Admits so many in any second. */
function slidingWindow(now: () => number, limit: number): () => boolean {
  const times: number[] = [];
  return () => {
    while (times[0] !== undefined && times[0] <= now() - windowMs) times.shift();
    if (times.length >= limit) return false;
    times.push(now());
    return true;
  };
}

function later(ms: number, signal: AbortSignal | undefined): Promise<void> {
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

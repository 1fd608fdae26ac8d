import { compose, type Middleware, type SecretProvider, seal } from '@secretkit/core';
import { defineMiddleware } from '@secretkit/core/middleware';
import type { CallContext } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { circuitBreaker } from '@secretkit/middleware/circuit-breaker';
import { rateLimit } from '@secretkit/middleware/rate-limit';
import { recommended } from '@secretkit/middleware/recommended';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { type Contestant, type Ratio, ratio } from '../measure/paired.js';
import { cockatiel } from '../peers.js';
import type { PolicyKind } from '../policies.js';

/** The layers of ours that a call to the backend may pass; `none` is the guard around every provider. */
export const ownLayers = {
  none: () => defineMiddleware({ name: 'none', build: () => ({}) }),
  timeout,
  retry,
  'circuit breaker': circuitBreaker,
  'rate limit': () => rateLimit({ callsPerSecond: 1_000_000, burstSize: 1_000_000 }),
  'retry, breaker, timeout': () => compose(retry(), circuitBreaker(), timeout()),
  cache,
  'the whole stack': recommended,
} satisfies Record<string, () => Middleware>;

/** The policies that cockatiel has, too. */
export const peerLayers: Readonly<Partial<Record<keyof typeof ownLayers, readonly PolicyKind[]>>> = {
  timeout: ['timeout'],
  retry: ['retry'],
  'circuit breaker': ['circuitBreaker'],
  'retry, breaker, timeout': ['retry', 'circuitBreaker', 'timeout'],
};

export interface LayerArgument {
  readonly layers: keyof typeof ownLayers;
  readonly by: 'secretkit' | 'cockatiel';
}

const secret = seal('value');
const provider: SecretProvider = { name: 'source', get: async () => secret };
const ref = Object.freeze({ name: 'token' });
const resolved = Promise.resolve('value');
let seen: unknown; // so that nothing is optimised away

/** What a call costs that a backend answers at once, over awaiting a promise that is resolved. */
export async function measure({ layers, by }: LayerArgument): Promise<Ratio> {
  const call = by === 'secretkit' ? ownCall(layers) : await peerCall(layers);
  if ((await call()) !== secret) throw new Error(`${by} answers something else`);
  const measured: Contestant = async (times) => {
    for (let i = 0; i < times; i += 1) seen = await call();
  };
  const result = await ratio(measured, async (times) => {
    for (let i = 0; i < times; i += 1) seen = await resolved;
  });
  if (seen === undefined) throw new Error('nothing was measured');
  return result;
}

function ownCall(layers: keyof typeof ownLayers): () => Promise<unknown> {
  const stack = ownLayers[layers]()(provider);
  const ctx: CallContext = { fresh: true }; // past what a cache holds
  return () => stack.get(ref, ctx);
}

async function peerCall(layers: keyof typeof ownLayers): Promise<() => Promise<unknown>> {
  const kinds = peerLayers[layers];
  if (!kinds) throw new Error(`cockatiel has no ${layers}`);
  const run = (await cockatiel()).around(kinds);
  return () => run(() => provider.get(ref, {}));
}

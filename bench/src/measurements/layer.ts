import { compose, type Middleware, type SecretProvider, seal } from '@secretkit/core';
import { defineMiddleware } from '@secretkit/core/middleware';
import type { CallContext } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { circuitBreaker } from '@secretkit/middleware/circuit-breaker';
import { rateLimit } from '@secretkit/middleware/rate-limit';
import { recommended } from '@secretkit/middleware/recommended';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { type Ratio, ratio, type Workload } from '../measure/ratio.js';
import { cockatiel } from '../peers.js';
import type { PolicyKind } from '../policies.js';

/** The layers of secretkit that are measured; `empty layer` has no behaviour, only the guard that every layer has. */
export const ownLayers = {
  'empty layer': () => defineMiddleware({ name: 'empty', build: () => ({}) }),
  timeout,
  retry,
  'circuit breaker': circuitBreaker,
  'rate limit': () => rateLimit({ callsPerSecond: 1_000_000, burstSize: 1_000_000 }),
  'retry, circuit breaker, timeout': () => compose(retry(), circuitBreaker(), timeout()),
  cache,
  recommended,
} satisfies Record<string, () => Middleware>;

/** The policies of cockatiel that do the same. */
export const peerLayers: Readonly<Partial<Record<keyof typeof ownLayers, readonly PolicyKind[]>>> = {
  timeout: ['timeout'],
  retry: ['retry'],
  'circuit breaker': ['circuitBreaker'],
  'retry, circuit breaker, timeout': ['retry', 'circuitBreaker', 'timeout'],
};

export interface LayerArgument {
  readonly layers: keyof typeof ownLayers;
  readonly by: 'secretkit' | 'cockatiel';
}

const secret = seal('value');
const provider: SecretProvider = { name: 'backend', get: async () => secret };
const ref = Object.freeze({ name: 'token' });
const resolved = Promise.resolve('value');
let seen: unknown; // so that V8 does not remove the calls

/** Returns the cost of a call that the backend answers at once, divided by that of awaiting a resolved promise. */
export async function measure({ layers, by }: LayerArgument): Promise<Ratio> {
  const call = by === 'secretkit' ? ownCall(layers) : await peerCall(layers);
  if ((await call()) !== secret) throw new Error(`${by}: a call returned a wrong value.`);
  const measured: Workload = async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await call();
  };
  const result = await ratio(measured, async (iterations) => {
    for (let i = 0; i < iterations; i += 1) seen = await resolved;
  });
  if (seen === undefined) throw new Error('the workload did not run.');
  return result;
}

function ownCall(layers: keyof typeof ownLayers): () => Promise<unknown> {
  const stack = ownLayers[layers]()(provider);
  const ctx: CallContext = { fresh: true }; // bypasses the cache
  return () => stack.get(ref, ctx);
}

async function peerCall(layers: keyof typeof ownLayers): Promise<() => Promise<unknown>> {
  const kinds = peerLayers[layers];
  if (!kinds)
    throw new Error(
      `cockatiel: unknown layer "${layers}". Known layers: ${Object.keys(peerLayers).join(', ')}.`,
    );
  const run = (await cockatiel()).wrap(kinds);
  return () => run(() => provider.get(ref, {}));
}

import {
  describeMiddleware,
  type MakeMiddleware,
  type MiddlewareTools,
  saveReports,
} from '@secretkit/conformance';
import { around } from '@secretkit/core/middleware';
import { cache } from '@secretkit/middleware/cache';
import { circuitBreaker } from '@secretkit/middleware/circuit-breaker';
import { observe } from '@secretkit/middleware/observe';
import { anyOrder } from '@secretkit/middleware/order';
import { rateLimit } from '@secretkit/middleware/rate-limit';
import { recommended } from '@secretkit/middleware/recommended';
import { retry } from '@secretkit/middleware/retry';
import { sharedCache } from '@secretkit/middleware/shared-cache';
import { snapshot } from '@secretkit/middleware/snapshot';
import { telemetry } from '@secretkit/middleware/telemetry';
import { timeout } from '@secretkit/middleware/timeout';
import { sealedCodec } from '@secretkit/sealed';
import { describe, it } from 'vitest';
import { fakeRedis } from '../../test/fake-redis.js';
import { memorySnapshots } from '../../test/memory-snapshots.js';

const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'kit' });

/** A shared cache with a Redis of its own. */
function shared({ now, random }: MiddlewareTools) {
  return sharedCache({ client: fakeRedis(now).client(), codec, principal: 'kit', now, random });
}

/** Snapshots with a store of their own. */
function kept({ now }: MiddlewareTools) {
  return snapshot({ store: memorySnapshots(now), codec, principal: 'kit', maxAgeMs: 86_400_000, now });
}

const middleware: Readonly<Record<string, MakeMiddleware>> = {
  around: () => around({ name: 'through', policy: (run, ctx) => run(ctx) }),
  cache: ({ now }) => cache({ now }),
  retry: ({ now, random }) => retry({ now, random, baseDelayMs: 1 }),
  circuitBreaker: ({ now, random }) => circuitBreaker({ now, random, per: 'account' }),
  rateLimit: ({ now }) => rateLimit({ now, callsPerSecond: 1_000, per: 'account' }),
  timeout: ({ now }) => timeout({ now }),
  sharedCache: shared,
  snapshot: kept,
  observe: ({ now }) => observe({ now, onEvent: () => undefined }),
  telemetry: ({ now }) => telemetry({ now }),
  'the recommended stack': ({ now, random }) =>
    recommended({
      now,
      random,
      telemetry: telemetry({ now }),
      retry: { baseDelayMs: 1 },
      rateLimit: { callsPerSecond: 1_000 },
    }),
  'the recommended stack, snapshot and shared cache': (tools) =>
    recommended({
      ...tools,
      snapshot: kept(tools),
      shared: shared(tools),
      retry: { baseDelayMs: 1 },
    }),
  'another order': ({ now, random }) =>
    anyOrder(timeout({ now }), cache({ now }), circuitBreaker({ now, random })),
};

const onReport = saveReports(new URL('../../../../.cache/conformance/', import.meta.url));

for (const [name, make] of Object.entries(middleware)) {
  describeMiddleware(name, make, { describe, it }, { onReport });
}

import { describeMiddleware, type MakeMiddleware, saveReports } from '@secretkit/conformance';
import { around } from '@secretkit/core/middleware';
import { cache } from '@secretkit/middleware/cache';
import { circuitBreaker } from '@secretkit/middleware/circuit-breaker';
import { observe } from '@secretkit/middleware/observe';
import { anyOrder } from '@secretkit/middleware/order';
import { rateLimit } from '@secretkit/middleware/rate-limit';
import { recommended } from '@secretkit/middleware/recommended';
import { retry } from '@secretkit/middleware/retry';
import { telemetry } from '@secretkit/middleware/telemetry';
import { timeout } from '@secretkit/middleware/timeout';
import { describe, it } from 'vitest';

const middleware: Readonly<Record<string, MakeMiddleware>> = {
  around: () => around({ name: 'through', policy: (run, ctx) => run(ctx) }),
  cache: ({ now }) => cache({ now }),
  retry: ({ now, random }) => retry({ now, random, baseDelayMs: 1 }),
  circuitBreaker: ({ now, random }) => circuitBreaker({ now, random, per: 'account' }),
  rateLimit: ({ now }) => rateLimit({ now, callsPerSecond: 1_000, per: 'account' }),
  timeout: ({ now }) => timeout({ now }),
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
  'another order': ({ now, random }) =>
    anyOrder(timeout({ now }), cache({ now }), circuitBreaker({ now, random })),
};

const onReport = saveReports(new URL('../../../../.cache/conformance/', import.meta.url));

for (const [name, make] of Object.entries(middleware)) {
  describeMiddleware(name, make, { describe, it }, { onReport });
}

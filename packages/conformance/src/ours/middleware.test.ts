import { around, compose } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { observe } from '@secretkit/middleware/observe';
import { retry } from '@secretkit/middleware/retry';
import { telemetry } from '@secretkit/middleware/telemetry';
import { timeout } from '@secretkit/middleware/timeout';
import { describe, it } from 'vitest';
import { describeMiddleware } from '../describe-middleware.js';
import type { MakeMiddleware } from '../middleware-trials.js';
import { saveReport } from './save-report.test-support.js';

const middleware: Readonly<Record<string, MakeMiddleware>> = {
  around: () => around('through', {}, (run, ctx) => run(ctx)),
  cache: ({ now }) => cache({ now }),
  retry: ({ now, random }) => retry({ now, random, baseDelayMs: 1 }),
  timeout: ({ now }) => timeout({ now }),
  observe: ({ now }) => observe({ now, onEvent: () => undefined }),
  telemetry: ({ now }) => telemetry({ now }),
  'the recommended stack': ({ now, random }) =>
    compose(cache({ now }), retry({ now, random, baseDelayMs: 1 }), timeout({ now })),
};

for (const [name, make] of Object.entries(middleware)) {
  describeMiddleware(name, make, { describe, it }, { onReport: saveReport });
}

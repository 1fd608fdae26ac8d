import { seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, it } from 'vitest';
import { describeProvider } from '../describe-provider.js';
import { counting } from '../fakes/counting.js';
import { fakeClock } from '../fakes/fake-clock.js';
import type { Harness } from '../harness.js';
import { saveReport } from './save-report.test-support.js';

const memory: Harness = {
  facts: { scopes: ['account', 'user'], expiryResolutionMs: 1 },
  open() {
    const { now, advance } = fakeClock();
    const store = memorySecrets({ now });
    const { provider, calls } = counting(store);
    return {
      provider,
      calls: () => calls(),
      now,
      advance,
      put: (ref, value, expiresAt) => store.set(ref, seal(value, { expiresAt }), {}),
      remove: (ref) => store.delete(ref, {}),
    };
  },
};

describeProvider('memory', memory, { describe, it }, { onReport: saveReport });

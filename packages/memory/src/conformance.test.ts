import { describeProvider, type Harness, saveReports } from '@secretkit/conformance';
import { seal } from '@secretkit/core/provider';
import { counting, fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { memorySecrets } from './memory-secrets.js';

const memory: Harness = {
  traits: { scopes: ['account', 'user'], expiryResolutionMs: 1 },
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

const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

describeProvider('memory', memory, { describe, it }, { onReport });

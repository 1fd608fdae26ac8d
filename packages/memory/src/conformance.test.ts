import { describeProvider, type Harness, saveReports } from '@secretkit/conformance';
import { around } from '@secretkit/core/middleware';
import { SecretError, seal } from '@secretkit/core/provider';
import { counting, fakeClock } from '@secretkit/testing';
import { describe, it } from 'vitest';
import { memorySecrets } from './memory-secrets.js';

const memory: Harness = {
  traits: { scopes: ['account', 'user'], expiryResolutionMs: 1 },
  open() {
    const { now, advance } = fakeClock();
    const store = memorySecrets({ now });
    let losing: 'before' | 'after' | undefined;
    const { provider, calls } = counting(
      around({
        name: 'losing',
        async policy(run, ctx, { operation }) {
          if (losing === undefined || operation !== 'compareAndSet') return run(ctx);
          const moment = losing;
          losing = undefined;
          if (moment === 'after') await run(ctx);
          throw new SecretError('unavailable', 'the connection is lost.');
        },
      })(store),
    );
    return {
      provider,
      calls: () => calls(),
      now,
      advance,
      put: (ref, value, expiresAt) => store.set(ref, seal(value, { expiresAt }), {}),
      putBytes: (ref, value) => store.set(ref, seal(value), {}),
      loseWrite(moment) {
        losing = moment;
      },
      remove: (ref) => store.delete(ref, {}),
    };
  },
};

const onReport = saveReports(new URL('../../../.cache/conformance/', import.meta.url));

describeProvider('memory', memory, { describe, it }, { onReport });

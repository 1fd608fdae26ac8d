import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import { leaseServer } from '../../test/leases/lease-server.js';
import { virtualClock } from '../../test/leases/virtual-clock.js';
import { leaseKeeper } from './lease-keeper.js';

describe('the async context of a reader', () => {
  it('is not that of the renewals and replacements after its read', async () => {
    const storage = new AsyncLocalStorage<string>();
    const clock = virtualClock();
    const { backend } = leaseServer(clock, { leaseMs: 3_600_000 });
    const seen: [string, string | undefined][] = [];
    const keeper = leaseKeeper({
      clock: {
        ...clock,
        timer(ms, run) {
          if (ms > 60_000) seen.push(['timer', storage.getStore()]);
          return clock.timer(ms, run);
        },
      },
      random: () => 0,
      backend: {
        ...backend,
        renew(...args) {
          seen.push(['renew', storage.getStore()]);
          return backend.renew(...args);
        },
      },
    });
    const reading = storage.run('a reader', () => keeper.get({ name: 'database/creds/app' }, {}));
    await clock.advance(100);
    await reading;
    await clock.advance(3_000_000);
    expect(seen.map(([what]) => what)).toContain('renew');
    expect(new Set(seen.map(([, context]) => context))).toEqual(new Set([undefined]));
  });
});

import { layersOf, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { type PlainCache, plainCache, start, warm } from '../../test/plain-cache.js';

const at = (ms: number): Date => new Date(start + ms);
const snapshotOf = ({ stack }: PlainCache) => layersOf(stack)[0]?.snapshot?.() ?? {};

async function read(kit: PlainCache, name: string, answer: Error | undefined) {
  const reading = outcome(kit.secrets.get(name));
  const call = kit.backend.call(kit.backend.calls.length - 1);
  await (answer ? call.fail(answer) : call.answer(answer));
  return reading;
}

describe('the snapshot of a cache', () => {
  it('counts failures by code', async () => {
    const kit = plainCache();
    await read(kit, 'a', failure('timeout'));
    await read(kit, 'a', failure('permission_denied'));
    await read(kit, 'b', failure('timeout'));
    await read(kit, 'b', undefined);
    const { failures, failureCodes } = snapshotOf(kit);
    expect([failures, failureCodes]).toEqual([3, { timeout: 2, permission_denied: 1 }]);
  });

  it('has no call in flight after a reader that joined a call, or found a value, is answered', async () => {
    const kit = plainCache();
    const { signal } = new AbortController();
    const reads = [1, 2].map(() => outcome(kit.stack.get({ name: 'a' }, { signal })));
    await kit.backend.call(0).answer('A');
    await Promise.all(reads);
    expect(snapshotOf(kit)).toMatchObject({ inFlight: 0 });
  });

  it('has the time until the first stale value ends: by its bound, or by its expiry', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000, failureCooldownMs: 1_000 });
    await warm(kit, 'a', 'A');
    kit.clock.ms += 20_000;
    await warm(kit, 'b', 'B');
    expect(snapshotOf(kit)).not.toHaveProperty('servableForMs');
    kit.clock.ms += 60_000; // both are stale, and nothing has failed
    expect(snapshotOf(kit)).not.toHaveProperty('servableForMs');
    await read(kit, 'b', failure('unavailable'));
    expect(snapshotOf(kit)).toMatchObject({ staleEntries: 1, servableForMs: 600_000 });
    await read(kit, 'a', failure('unavailable'));
    expect(snapshotOf(kit)).toMatchObject({ staleEntries: 2, servableForMs: 580_000 });
    kit.clock.ms += 579_999;
    expect(snapshotOf(kit)).toMatchObject({ staleEntries: 2, servableForMs: 1 });
    kit.clock.ms += 1;
    expect(snapshotOf(kit)).toMatchObject({ staleEntries: 1, servableForMs: 20_000 });

    const expiring = plainCache({ staleIfErrorMs: 600_000 });
    await warm(expiring, 'a', 'A', at(90_000));
    expiring.clock.ms += 61_000;
    await read(expiring, 'a', failure('unavailable'));
    expect(snapshotOf(expiring)).toMatchObject({ servableForMs: 29_000 });
  });

  it('counts a fresh value whose refresh failed as one in a cooldown, until that ends, and not as stale', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000, failureCooldownMs: 5_000 });
    await warm(kit, 'a', 'A');
    const fresh = outcome(kit.secrets.get('a', { fresh: true }));
    await kit.backend.call(1).fail(failure('unavailable'));
    expect(await fresh).toBe('unavailable');
    expect(snapshotOf(kit)).toMatchObject({ cooldowns: 1, staleEntries: 0 });
    kit.clock.ms += 4_999;
    expect(snapshotOf(kit)).toMatchObject({ cooldowns: 1 });
    kit.clock.ms += 1;
    expect(snapshotOf(kit)).toMatchObject({ cooldowns: 0 });
  });

  it('is degraded while a value is served stale, also after a success for another secret', async () => {
    const kit = plainCache({ staleIfErrorMs: 600_000 });
    await warm(kit, 'a', 'A');
    kit.clock.ms += 60_000;
    expect(await read(kit, 'a', failure('unavailable'))).toBe('A');
    await warm(kit, 'b', 'B');
    expect(snapshotOf(kit)).toMatchObject({ consecutiveFailures: 0, staleEntries: 1, degraded: true });
  });

  it.each([
    [89_999, 'value', 1],
    [90_000, 'unavailable', 0],
  ])('counts a cooldown only of a value that can be served: after %i ms', async (ms, answer, cooldowns) => {
    const kit = plainCache({ staleIfErrorMs: 30_000 });
    await warm(kit, 'a', 'value');
    kit.clock.ms += ms;
    expect(await read(kit, 'a', failure('unavailable'))).toBe(answer);
    expect(snapshotOf(kit)).toMatchObject({ cooldowns });
  });

  it.each([
    ['in the future, and the value is fresh', 120_000, 0, 0],
    ['at this moment', 1_000, 1_000, 1],
    ['before the fetch: the store is late', -1_000, 0, 1],
    ['before the fetch, and nobody reads the value any more', -1_000, 60_000, 0],
  ])('counts a value with a rotation date %s', async (_, refreshInMs, laterMs, overdue) => {
    const kit = plainCache({ staleIfErrorMs: 600_000 });
    const reading = kit.secrets.get('a');
    await kit.backend.call(0).answer(seal('value', { refreshAt: at(refreshInMs) }));
    await reading;
    kit.clock.ms += laterMs;
    if (refreshInMs > 0 && laterMs >= refreshInMs) await read(kit, 'a', failure('unavailable'));
    expect(snapshotOf(kit)).toMatchObject({ rotationsOverdue: overdue });
  });
});

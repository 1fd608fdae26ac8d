import type { CallContext, CallReport } from '@secretkit/core/provider';
import { expect, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { plainCache } from '../../test/plain-cache.js';

const a = { name: 'a' };

it('a read reports to its own context what the cache did', async () => {
  const { clock, backend, stack } = plainCache({ staleIfErrorMs: 600_000, staleWhileRevalidateMs: 1_000 });
  const reports: CallReport[] = [];
  const reporting = { report: (each: CallReport) => void reports.push(each) };
  const take = () => reports.splice(0).map(({ result }) => result);

  const first = stack.get(a, reporting);
  const joined = stack.get(a, reporting);
  expect(backend.call(0).ctx).not.toHaveProperty('report');
  await backend.call(0).answer('value');
  await Promise.all([first, joined]);
  expect(reports).toEqual([
    { kind: Symbol.for('secretkit.kind.cache'), result: 'miss', ref: a },
    { kind: Symbol.for('secretkit.kind.cache'), result: 'coalesced', ref: a },
  ]);
  take();

  await stack.get(a, reporting);
  await stack.get(a, {});
  await stack.getMany([a, a], reporting);
  expect(take()).toEqual(['hit', 'hit', 'hit']);

  clock.ms += 60_000;
  await stack.get(a, reporting);
  expect(take()).toEqual(['stale']); // nobody waits for the refresh
  await backend.call(1).fail(failure('conflict'));

  clock.ms += 1_000;
  const failing = stack.get(a, reporting);
  await backend.call(2).fail(failure('unavailable'));
  await failing;
  expect(take()).toEqual(['refresh', 'stale']);
});

it('a report that throws fails no read', async () => {
  const { backend, stack } = plainCache();
  const throwing: CallContext = {
    report() {
      throw new Error('a hook failed');
    },
  };
  const reading = outcome(stack.get(a, throwing));
  await backend.call(0).answer('value');
  expect(await reading).toBe('value');
  expect(await outcome(stack.get(a, throwing))).toBe('value');
});

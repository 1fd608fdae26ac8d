import type { CallContext, CallReport } from '@secretkit/core/provider';
import { expect, it, vi } from 'vitest';
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
  expect(reports).toStrictEqual([
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

it('a read of a remembered absence is reported as a hit', async () => {
  const { backend, stack } = plainCache({ negativeTtlMs: 1_000 });
  const first = stack.get(a, {});
  await backend.call(0).answer(undefined);
  await first;
  const report = vi.fn();
  await stack.get(a, { report });
  expect(report.mock.calls).toMatchObject([[{ result: 'hit', ref: a }]]);
});

it('a fresh value that is served instead of a failure is reported as a hit, with the code', async () => {
  const { clock, backend, stack } = plainCache({ staleIfErrorMs: 600_000 });
  const first = stack.get(a, {});
  await backend.call(0).answer('value');
  await first;
  clock.ms += 1_000;
  const report = vi.fn();
  const reading = outcome(stack.get(a, { maxAgeMs: 0, report }));
  await backend.call(1).fail(failure('unavailable'));
  expect(await reading).toBe('value');
  expect(report.mock.calls).toMatchObject([
    [{ result: 'refresh' }],
    [{ result: 'hit', code: 'unavailable' }],
  ]);
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

import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { describe, expect, it } from 'vitest';
import { describeMiddleware, reportMiddleware } from './describe-middleware.js';
import { describeProvider, reportProvider } from './describe-provider.js';
import { fakeHarness } from './fake-harness.js';
import { type ConformanceReport, reportTable } from './report.js';
import type { Runner } from './runner.js';

const sound = fakeHarness(({ provider }) => provider);
const deaf = fakeHarness(({ provider: { get } }) => ({ name: 'deaf', get: (ref) => get(ref, {}) }));

/** A runner that keeps what it is given, as a framework does. */
function keepingRunner() {
  const tests: { name: string; body: () => Promise<void> }[] = [];
  const headings: string[] = [];
  const runner: Runner = {
    describe(name, body) {
      headings.push(name);
      body();
    },
    it(name, body) {
      tests.push({ name, body });
    },
  };
  return { runner, tests, headings };
}

describe('describeProvider', () => {
  it('makes one test of each case, with its id, and reports when the last has run', async () => {
    const { runner, tests, headings } = keepingRunner();
    const reports: ConformanceReport[] = [];
    describeProvider('fake', sound, runner, { onReport: (report) => reports.push(report) });
    expect(headings).toEqual(['fake']);
    expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length);
    for (const { body } of tests) await body();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      name: 'fake',
      capabilities: ['getMany', 'list', 'set', 'delete'],
      passed: tests.length,
      total: tests.length,
    });
  });

  it('fails the test of a case that does not hold, and says why it matters', async () => {
    const { runner, tests } = keepingRunner();
    const reports: ConformanceReport[] = [];
    describeProvider('deaf', deaf, runner, { onReport: (report) => reports.push(report) });
    const outcomes = await Promise.allSettled(tests.map(({ body }) => body()));
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(2);
    expect(String((failed[0] as PromiseRejectedResult).reason)).toBe(
      'Error: [cancelling/flight-get] a get that is aborted under way rejects at once with the very reason, and ends ' +
        'what it began: expected the call to be ended; came one that goes on. It matters: a caller that has gone must ' +
        'not keep a connection, and must not read an error of ours as its own.',
    );
    expect(reports[0]?.cases.filter(({ passed }) => !passed).map(({ id }) => id)).toEqual([
      'cancelling/flight-get',
      'cancelling/flight-getMany',
    ]);
  });
});

describe('describeMiddleware', () => {
  it('asks every kind of provider, and what wrapping may not change', async () => {
    const { runner, tests } = keepingRunner();
    describeMiddleware('cache', ({ now }) => cache({ now }), runner);
    const areas = new Set(tests.map(({ name }) => name.split('/')[0]));
    expect([...areas]).toEqual(['wrapping', 'object', 'class', 'every', 'least']);
    for (const { body } of tests.slice(0, 5)) await body();
  });
});

describe('a report', () => {
  it('is made without a runner, and is a table', async () => {
    const reports = [
      await reportProvider('fake', sound),
      await reportProvider('deaf', deaf),
      await reportMiddleware('cache', ({ now }) => cache({ now })),
    ];
    const table = reportTable(reports).split('\n');
    expect(table[0]).toMatch(/^\| +\| cases +\| can, besides `get` +\|$/);
    expect(table[2]).toMatch(/^\| fake +\| (\d+)\/\1 +\| `getMany`, `list`, `set`, `delete` +\|$/);
    expect(table[3]).toMatch(/^\| deaf +\| \d+\/\d+ +\| +nothing +\|$/);
    expect(table[4]).toMatch(/^\| cache +\| (\d+)\/\1 +\| what it wraps +\|$/);
    expect(table.filter((line) => line.startsWith('- deaf: [cancelling/'))).toHaveLength(2);
  });
});

describe('an error that is not of this library', () => {
  it('is named by its class, and its message withheld', async () => {
    const broken = fakeHarness(() => {
      const { get } = memorySecrets();
      return {
        name: 'broken',
        get,
        [Symbol.asyncDispose]: () => Promise.reject(new TypeError('CANARY-not-a-real-secret')),
      };
    });
    const { cases } = await reportProvider('broken', broken);
    const { failure } = cases.find(({ id }) => id === 'closing/twice') ?? {};
    expect(failure).toContain('expected');
    expect(failure).not.toContain('CANARY');
  });
});

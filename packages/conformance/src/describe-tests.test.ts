import { around } from '@secretkit/core/middleware';
import { fakeSecrets } from '@secretkit/testing';
import { describe, expect, it } from 'vitest';
import { describeMiddleware, reportMiddleware } from './describe-middleware.js';
import { describeProvider, reportProvider } from './describe-provider.js';
import { fakeHarness } from './fake-harness.js';
import { type ConformanceReport, reportTable } from './report.js';
import type { Runner } from './runner.js';

const through = () => around({ name: 'through', policy: (run, ctx) => run(ctx) });
const correct = fakeHarness(({ provider }) => provider);
const uncancellable = fakeHarness(({ provider: { get } }) => ({
  name: 'uncancellable',
  get: (ref) => get(ref, {}),
})); // ignores signals

/** A runner that records its tests, as a framework does. */
function recordingRunner() {
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
  it('registers one test for each case, with its id, and reports after the last one', async () => {
    const { runner, tests, headings } = recordingRunner();
    const reports: ConformanceReport[] = [];
    describeProvider('fake', correct, runner, { onReport: (report) => reports.push(report) });
    expect(headings).toEqual(['fake']);
    expect(new Set(tests.map(({ name }) => name)).size).toBe(tests.length);
    for (const { body } of tests) await body();
    expect(reports).toHaveLength(1);
    expect(reports[0]).toMatchObject({
      name: 'fake',
      capabilities: ['getMany', 'list', 'set', 'compareAndSet', 'delete', 'listVersions'],
      passed: tests.length,
      total: tests.length,
    });
  });

  it('fails the test of a case that is not met, with the reason', async () => {
    const { runner, tests } = recordingRunner();
    const reports: ConformanceReport[] = [];
    describeProvider('uncancellable', uncancellable, runner, { onReport: (report) => reports.push(report) });
    const outcomes = await Promise.allSettled(tests.map(({ body }) => body()));
    const failed = outcomes.filter(({ status }) => status === 'rejected');
    expect(failed).toHaveLength(2);
    const { message } = (failed[0] as PromiseRejectedResult).reason as Error;
    expect(message).toMatch(/^\[cancelling\/in-flight-get\] a get .*: expected .*, got .*\. Reason: .*\.$/);
    expect(reports[0]?.cases.filter(({ passed }) => !passed).map(({ id }) => id)).toEqual([
      'cancelling/in-flight-get',
      'cancelling/in-flight-getMany',
    ]);
  });
});

describe('describeMiddleware', () => {
  it('tests every kind of provider, and the rules for wrapping', async () => {
    const { runner, tests } = recordingRunner();
    describeMiddleware('through', through, runner);
    const areas = new Set(tests.map(({ name }) => name.split('/')[0]));
    expect([...areas]).toEqual(['wrapping', 'object', 'class', 'full', 'minimal']);
    for (const { body } of tests.slice(0, 5)) await body();
  });
});

describe('a report', () => {
  it('needs no runner, and can be a table', async () => {
    const reports = [
      await reportProvider('fake', correct),
      await reportProvider('uncancellable', uncancellable),
      await reportMiddleware('through', through),
    ];
    const table = reportTable(reports).split('\n');
    expect(table[0]).toMatch(/^\| +\| cases +\| capabilities besides `get` +\|$/);
    expect(table[2]).toMatch(
      /^\| fake +\| (\d+)\/\1 +\| `getMany`, `list`, `set`, `compareAndSet`, `delete`, `listVersions` +\|$/,
    );
    expect(table[3]).toMatch(/^\| uncancellable +\| \d+\/\d+ +\| +none +\|$/);
    expect(table[4]).toMatch(/^\| through +\| (\d+)\/\1 +\| those of the inner provider +\|$/);
    expect(table.filter((line) => line.startsWith('- uncancellable: [cancelling/'))).toHaveLength(2);
  });
});

describe('a foreign error', () => {
  it('is reported by its class, without its message', async () => {
    const broken = fakeHarness(() => {
      const { get } = fakeSecrets().provider;
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

import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { expectNoLeak } from '@secretkit/conformance';
import { expect, it, vi } from 'vitest';
import { failureOf } from '../test/failure-of.js';
import { execSecrets } from './exec-secrets.js';

const canary = 'CANARY-not-a-real-secret';

const { replaced } = vi.hoisted(() => ({ replaced: { by: (child: ChildProcess) => child } }));

vi.mock('node:child_process', async (original) => {
  const actual = await original<typeof import('node:child_process')>();
  return {
    ...actual,
    spawn: (...args: Parameters<typeof actual.spawn>) => replaced.by(actual.spawn(...args)),
  };
});

function read(script: string, by: (child: ChildProcess) => ChildProcess) {
  replaced.by = by;
  return execSecrets({ command: () => ['sh', '-c', script] }).get({ name: 'token' }, {});
}

it('a stdout that cannot be read to its end fails: a part of a value is not a value', async () => {
  const cut = (child: ChildProcess): ChildProcess => {
    child.stdout?.once('data', () => child.stdout?.destroy(new Error(canary)));
    return child;
  };
  const error = await failureOf(read('printf part; sleep 600', cut));
  expect(error.code).toBe('unavailable');
  expectNoLeak(canary, error);
});

it('a stderr that cannot be read does not matter', async () => {
  const cut = (child: ChildProcess): ChildProcess => {
    child.stderr?.once('data', () => child.stderr?.destroy(new Error(canary)));
    return child;
  };
  expect((await read('echo warning >&2; echo value', cut))?.reveal()).toBe('value');
});

it.each([
  ['EMFILE', 'maxProcesses'],
  ['EAGAIN', 'maxProcesses'],
  ['EWEIRD', 'started'],
])('a command without pipes, for the reason %s, is unavailable', async (code, named) => {
  const withoutPipes = (child: ChildProcess): ChildProcess => {
    child.kill('SIGKILL');
    const failed = Object.assign(new EventEmitter(), {
      ref: () => undefined,
      unref: () => undefined,
      exitCode: null,
      signalCode: null,
    });
    const error = Object.assign(new Error(canary), { code, spawnargs: [canary] });
    queueMicrotask(() => failed.emit('error', error));
    return failed as never; // the part of a child process that exists then
  };
  const error = await failureOf(read('exit 0', withoutPipes));
  expect([error.code, error.retryable, error.details]).toEqual(['unavailable', true, { vendorCode: code }]);
  expect(error.problem).toContain(named);
  expectNoLeak(canary, error);
});

it.each([undefined, null, canary, { code: `${canary} with spaces` }])(
  'whatever a start throws, no part of it is kept: %j',
  async (thrown) => {
    const throwing = (child: ChildProcess): ChildProcess => {
      child.kill('SIGKILL');
      throw thrown;
    };
    const error = await failureOf(read('exit 0', throwing));
    expect(error.code).toBe('unavailable');
    expectNoLeak(canary, error);
  },
);

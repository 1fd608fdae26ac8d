import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { SecretError, type SecretErrorCode } from '@secretkit/core/provider';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { failureOf } from '../test/failure-of.js';
import { temporaryFolder } from '../test/temporary-folder.js';
import type { ExecSecretsOptions } from './exec-options.js';
import { execSecrets } from './exec-secrets.js';

const canary = 'CANARY-not-a-real-secret';
const folder = temporaryFolder();
afterAll(() => folder.remove());

function shell(script: string, options: Partial<ExecSecretsOptions> = {}) {
  return execSecrets({ command: () => ['sh', '-c', script, canary], ...options });
}

function read(script: string, options: Partial<ExecSecretsOptions> = {}) {
  return shell(script, options).get({ name: 'token' }, {});
}

describe('the output', () => {
  it.each([
    ['a value', `printf 'value'`, 'value'],
    ['a value and a newline', `printf 'value\\n'`, 'value'],
    ['a value, a carriage return and a newline', `printf 'value\\r\\n'`, 'value'],
    ['two newlines, of which one is kept', `printf 'value\\n\\n'`, 'value\n'],
    ['a carriage return alone, which is kept', `printf 'value\\r'`, 'value\r'],
    ['spaces, which are kept', `printf ' value \\n'`, ' value '],
    ['a byte order mark, which is removed', `printf '\\357\\273\\277value'`, 'value'],
    ['a value in two parts', `printf 'va'; sleep 0.05; printf 'lue'`, 'value'],
    ['messages on stderr', `echo ${canary} >&2; echo value`, 'value'],
  ])('may be %s', async (_, script, value) => {
    expect((await read(script))?.reveal()).toBe(value);
  });

  it('keeps its newline if that is an option', async () => {
    expect((await read(`printf 'value\\n'`, { keepNewline: true }))?.reveal()).toBe('value\n');
  });

  it('is sealed as bytes if it is not UTF-8', async () => {
    const secret = await read(`printf '\\000\\377\\376\\200\\n'`);
    expect([secret?.format, [...(secret?.bytes() ?? [])]]).toEqual(['base64', [0, 255, 254, 128, 10]]);
  });

  it('may be one MiB long', async () => {
    const secret = await read(`head -c 1048576 /dev/zero | tr '\\000' x`);
    expect(secret?.reveal().length).toBe(1_048_576);
  });
});

/** Each is one sentence or two: what happened, and what to do. */
const failures: readonly [
  string,
  readonly unknown[] | string,
  SecretErrorCode,
  Partial<ExecSecretsOptions>?,
][] = [
  ['is not installed', [`/${canary}`], 'unavailable'],
  ['is not on the PATH', ['sh'], 'unavailable', { env: { PATH: `/${canary}` } }],
  ['is below a file', [`/dev/null/${canary}`], 'unavailable'],
  ['is a folder', ['/'], 'unavailable'],
  ['has no permission', [join(folder.path, 'not-executable')], 'unavailable'],
  ['names an interpreter that is not installed', [join(folder.path, 'no-interpreter')], 'unavailable'],
  ['has too many arguments', ['echo', canary.repeat(10_000)], 'invalid_argument'],
  ['exits with 1', `echo ${canary}; echo ${canary} >&2; exit 1`, 'unavailable'],
  ['exits with 255', 'exit 255', 'unavailable'],
  [
    'exits with a code of the table',
    'exit 9',
    'permission_denied',
    { exitCodes: { 9: 'permission_denied' } },
  ],
  ['exits with a code beside the table', 'exit 8', 'unavailable', { exitCodes: { 9: 'missing' } }],
  ['is ended by a signal', `echo ${canary}; kill -9 $$`, 'unavailable'],
  ['is ended by a signal, with a table', 'kill -9 $$', 'unavailable', { exitCodes: { 137: 'missing' } }],
  ['prints for ever', `while :; do echo ${canary}; done`, 'invalid_data'],
  ['prints a byte too much', `head -c 1048577 /dev/zero | tr '\\000' x`, 'invalid_data'],
  ['prints nothing', 'exit 0', 'invalid_data'],
  ['prints a newline alone', 'echo', 'invalid_data'],
  ['closes its stdout early', 'exec >&-; sleep 0.05', 'invalid_data'],
  ['hangs', 'sleep 600', 'timeout', { timeoutMs: 50 }],
  ['prints a value and hangs', `echo ${canary}; sleep 600`, 'timeout', { timeoutMs: 100 }],
  ['floods its stderr', `while :; do echo ${canary} >&2; done`, 'timeout', { timeoutMs: 100 }],
  ['reads its input, which is empty', 'read line; exit 3', 'unavailable'],
  ['is not JSON', `echo ${canary}`, 'invalid_data', { output: 'json' }],
];

describe('a command that', () => {
  writeFileSync(join(folder.path, 'not-executable'), `#!/bin/sh\necho ${canary}\n`);
  chmodSync(join(folder.path, 'not-executable'), 0o600);
  writeFileSync(join(folder.path, 'no-interpreter'), `#!/${canary}\n`);
  chmodSync(join(folder.path, 'no-interpreter'), 0o700);

  it.each(failures)('%s fails, and nothing of it is shown', async (_, command, code, options = {}) => {
    const argv = typeof command === 'string' ? ['sh', '-c', command, canary] : (command as string[]); // of texts
    const provider = execSecrets({ command: () => argv, ...options });
    const error = await failureOf(provider.get({ name: 'token' }, {}));
    expect(error.code).toBe(code);
    expect(error.cause).toBeUndefined();
    expectNoLeak([canary, ...argv.filter((argument) => argument.length >= 8)], error);
    expectNoLeak(canary, provider);
    expect(inspect(provider, { depth: Infinity, showHidden: true })).not.toContain(canary);
  });

  it('fails states the exit code, and the length of its stderr', async () => {
    const error = await failureOf(read('printf 12345 >&2; exit 3'));
    expect(error.problem).toMatch(/\b3\b.*\b5 bytes\b/);
    expect(error.details).toEqual({ vendorCode: 'exit-3' });
  });

  it.each([
    ['was not found', ['/nowhere/at-all'], false],
    ['is not executable', ['/'], false],
    ['exits with 1', ['false'], true],
  ])('%s may be repeated: %#', async (_, argv, retryable) => {
    const error = await failureOf(execSecrets({ command: () => argv }).get({ name: 'token' }, {}));
    expect(error.retryable).toBe(retryable);
  });
});

describe('command', () => {
  it.each<[string, unknown, RegExp]>([
    ['a text', canary, /string/],
    ['nothing in an array', [], /without a program/],
    ['an empty program', ['', canary], /without a program/],
    ['a number in an array', ['echo', canary, 5], /number at index 2/],
    ['a hole in an array', new Array(2), /undefined at index 0/],
    ['a NUL in an argument', ['echo', `${canary}\0`], /NUL at index 1/],
    ['an async function', async () => Promise.reject(new Error(canary)), /function/],
    ['null', null, /null/],
  ])('must not return %s', async (_, argv, problem) => {
    const error = await failureOf(
      execSecrets({ command: () => argv as string[] }).get({ name: 'token' }, {}),
    );
    expect(error.code).toBe('invalid_argument');
    expect(error.problem).toMatch(problem);
    expectNoLeak(canary, error);
  });

  it('must not be async, and its rejection is handled', async () => {
    const command = async () => Promise.reject(new Error(canary));
    const error = await failureOf(execSecrets({ command: command as never }).get({ name: 'token' }, {}));
    expect([error.code, error.problem]).toEqual(['invalid_argument', expect.stringContaining('promise')]);
  });

  it('may throw a SecretError, and no other error shows', async () => {
    const failing = (error: Error) =>
      failureOf(
        execSecrets({
          command: () => {
            throw error;
          },
        }).get({ name: 'token' }, {}),
      );
    expect((await failing(new SecretError('invalid_argument', 'name must be short.'))).problem).toBe(
      'name must be short.',
    );
    const foreign = await failing(new Error(canary));
    expect(foreign.code).toBe('unknown');
    expectNoLeak(canary, foreign);
  });

  it('runs nothing for a secret without a command, which is missing', async () => {
    const provider = execSecrets({ command: () => undefined });
    expect(await provider.get({ name: 'token' }, {})).toBeUndefined();
  });

  it('gets no shell: arguments reach it as they are', async () => {
    const name = `$(id) \`id\` "; id; ' %PATH% * ~`;
    const provider = execSecrets({ command: (ref) => ['printf', '%s', ref.name] });
    expect((await provider.get({ name }, {}))?.reveal()).toBe(name);
  });
});

describe('refs', () => {
  const scoped = { name: 'token', scope: { account: 'acct_1', user: 'usr_1' } };

  it('with a scope are missing, and run nothing', async () => {
    const command = vi.fn(() => ['echo', 'value']);
    const provider = execSecrets({ command });
    expect(await provider.get(scoped, {})).toBeUndefined();
    expect(await provider.get({ name: 'token', scope: { user: 'usr_1' } }, {})).toBeUndefined();
    expect(command).not.toHaveBeenCalled();
  });

  it('with a scope reach the command if that is an option', async () => {
    const command: ExecSecretsOptions['command'] = ({ name, scope }) => [
      'echo',
      `${scope?.account}/${scope?.user}/${name}`,
    ];
    const secret = await execSecrets({ command, scoped: true }).get(scoped, {});
    expect(secret?.reveal()).toBe('acct_1/usr_1/token');
  });

  it.each([
    ['name', { name: '-token' }],
    ['account', { name: 'token', scope: { account: '--token' } }],
    ['user', { name: 'token', scope: { user: '-u' } }],
  ])('with a %s that begins with a dash are refused, unless that is an option', async (field, ref) => {
    const command = vi.fn(() => ['echo', 'value']);
    const error = await failureOf(execSecrets({ command, scoped: true }).get(ref, {}));
    expect([error.code, error.problem.split(' ')[0]]).toEqual(['invalid_argument', field]);
    expect(command).not.toHaveBeenCalled();
    const secret = await execSecrets({ command, scoped: true, leadingDash: true }).get(ref, {});
    expect(secret?.reveal()).toBe('value');
  });
});

describe('exit codes', () => {
  it('mean that a secret is missing only if the table says so', async () => {
    expect(await read(`echo ${canary}; exit 10`, { exitCodes: { 10: 'missing' } })).toBeUndefined();
    for (const exitCode of [1, 2, 127]) {
      expect((await failureOf(read(`exit ${exitCode}`))).code).toBe('unavailable');
    }
  });
});

describe('env', () => {
  it('has what a program needs to find its configuration, and nothing else', async () => {
    vi.stubEnv('SECRET_TOKEN', canary);
    vi.stubEnv('XDG_CONFIG_HOME', '/config');
    vi.stubEnv('XDG_SECRET', canary);
    const secret = await execSecrets({ command: () => ['env'] }).get({ name: 'all' }, {});
    const variables = (secret?.reveal() ?? '').split('\n').map((line) => line.split('=')[0]);
    expect(variables).toEqual(expect.arrayContaining(['HOME', 'PATH', 'XDG_CONFIG_HOME']));
    expect(variables).not.toEqual(expect.arrayContaining([expect.stringContaining('SECRET')]));
  });

  it('passes on, sets and removes variables, and reads them again for each command', async () => {
    vi.stubEnv('TOKEN', 'first');
    const provider = execSecrets({
      command: () => ['sh', '-c', 'echo "$TOKEN,$REGION,$HOME"'],
      env: { TOKEN: true, REGION: 'eu', HOME: false, ABSENT: true },
    });
    expect((await provider.get({ name: 'a' }, {}))?.reveal()).toBe('first,eu,');
    vi.stubEnv('TOKEN', 'second');
    expect((await provider.get({ name: 'a' }, {}))?.reveal()).toBe('second,eu,');
  });
});

describe('options', () => {
  const command = () => ['echo', 'value'];

  it.each<[unknown, string]>([
    [undefined, 'options'],
    [{ command, comand: 1 }, 'comand'],
    [{}, 'command'],
    [{ command: canary }, 'command'],
    [{ command: ['op', canary] }, 'command'],
    [{ command, output: canary }, 'output'],
    [{ command, output: 5 }, 'output'],
    [{ command, keepNewline: canary }, 'keepNewline'],
    [{ command, keepNewline: true, output: 'json' }, 'keepNewline'],
    [{ command, scoped: canary }, 'scoped'],
    [{ command, leadingDash: 1 }, 'leadingDash'],
    [{ command, now: canary }, 'now'],
    [{ command, env: canary }, 'env'],
    [{ command, env: [canary] }, 'env'],
    [{ command, env: { [`${canary}=`]: true } }, 'env'],
    [{ command, env: { TOKEN: undefined } }, 'env.TOKEN'],
    [{ command, env: { TOKEN: `${canary}\0` } }, 'env.TOKEN'],
    [{ command, exitCodes: canary }, 'exitCodes'],
    [{ command, exitCodes: { 0: 'missing' } }, 'exitCodes'],
    [{ command, exitCodes: { [canary]: 'missing' } }, 'exitCodes'],
    [{ command, exitCodes: { 4294967296: 'missing' } }, 'exitCodes'],
    [{ command, exitCodes: { 1: 'not_found' } }, '"missing"'],
    [{ command, exitCodes: { 1: canary } }, 'exitCodes'],
    [{ command, exitCodes: { 1: true } }, 'exitCodes'],
    [{ command, timeoutMs: 0 }, 'timeoutMs'],
    [{ command, timeoutMs: 2 ** 31 }, 'timeoutMs'],
    [{ command, timeoutMs: canary }, 'timeoutMs'],
    [{ command, maxProcesses: 0 }, 'maxProcesses'],
    [{ command, maxProcesses: 1.5 }, 'maxProcesses'],
  ])('are checked at construction: %j', (options, named) => {
    let error: unknown;
    try {
      execSecrets(options as never); // on purpose
    } catch (thrown) {
      error = thrown;
    }
    expect(error instanceof TypeError || error instanceof RangeError).toBe(true);
    expect(String(error)).toContain(named);
    expect(String(error)).not.toContain(canary);
  });

  it('run nothing at construction', () => {
    const marker = join(folder.path, 'constructed');
    execSecrets({ command: () => ['touch', marker] });
    expect(existsSync(marker)).toBe(false);
  });
});

describe('JSON', () => {
  it('has a value, and may have an expiry and a version', async () => {
    const json = JSON.stringify({ value: 'x', expiresAt: '2999-01-01T00:00:00.5+02:00', version: 'v1' });
    const secret = await execSecrets({ command: () => ['printf', '%s', json], output: 'json' }).get(
      { name: 'token' },
      {},
    );
    expect([secret?.reveal(), secret?.expiresAt?.toISOString(), secret?.version]).toEqual([
      'x',
      '2998-12-31T22:00:00.500Z',
      'v1',
    ]);
  });
});

it('works in a client, whose errors name the secret', async () => {
  const secrets = createSecrets(shell('exit 1'));
  const error = await failureOf(secrets.get('token'));
  expect([error.provider, error.ref]).toEqual(['exec', { name: 'token' }]);
  expect(readFileSync(join(folder.path, 'not-executable'), 'utf8')).toContain(canary);
});

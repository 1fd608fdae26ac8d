import { describe, expect, test } from 'vitest';
import { isLoopback } from '../server/is-loopback.js';
import { startEmulator } from '../start-emulator.js';
import type { EmulatorOptions } from './emulator-options.js';
import { resolveOptions } from './resolve-options.js';

test.each<{ name: string; options: unknown; message: RegExp }>([
  {
    name: 'an unknown option',
    options: { prot: 1 },
    message: /unknown option "prot".* port, host, /,
  },
  { name: 'an option named like a method', options: { toString: 1 }, message: /unknown option "toString"/ },
  { name: 'a number', options: 4242, message: /startEmulator: options .* number/ },
  {
    name: 'a port that is a string',
    options: { port: '8042' },
    message: /startEmulator: port .* string/,
  },
  { name: 'a port below the range', options: { port: -1 }, message: /port .* -1/ },
  { name: 'a port above the range', options: { port: 65_536 }, message: /port .* 65536/ },
  { name: 'a port with a fraction', options: { port: 1.5 }, message: /port .* 1\.5/ },
  {
    name: 'a host that other machines can reach',
    options: { host: '0.0.0.0' },
    message: /host .*allowRemote/,
  },
  {
    name: 'a host name that starts like a loopback address',
    options: { host: '127.0.0.1.evil.example' },
    message: /host/,
  },
  { name: 'an empty host', options: { host: '' }, message: /host/ },
  { name: 'accounts that are a string', options: { accounts: 'acct_1' }, message: /accounts/ },
  { name: 'accounts with a number', options: { accounts: ['canary', 1] }, message: /accounts .* number/ },
  { name: 'a rate limit that is a number', options: { rateLimit: 25 }, message: /rateLimit/ },
  { name: 'a rate limit of 0', options: { rateLimit: { total: 0 } }, message: /rateLimit\.total .* 0/ },
  {
    name: 'an unknown rate limit',
    options: { rateLimit: { perSecond: 1 } },
    message: /unknown option "rateLimit\.perSecond"/,
  },
  { name: 'a negative latency', options: { latencyMs: -1 }, message: /latencyMs/ },
  {
    name: 'an unknown assumption',
    options: { assume: { order: 'x' } },
    message: /unknown option "assume\.order"/,
  },
  {
    name: 'an unknown value of an assumption',
    options: { assume: { deleteBody: 'canary' } },
    message: /assume\.deleteBody .*"docs", "full"/,
  },
  {
    name: 'an error with the status of a success',
    options: { assume: { errors: { scopeFull: { status: 200 } } } },
    message: /assume\.errors\.scopeFull\.status .* 200/,
  },
  {
    name: 'an unknown error',
    options: { assume: { errors: { full: {} } } },
    message: /unknown option "assume\.errors\.full".* accountInvalid, /,
  },
  {
    name: 'a pattern of names that is a string',
    options: { assume: { namePattern: 'canary' } },
    message: /assume\.namePattern .* string/,
  },
  {
    name: 'a live key',
    options: { keys: [{ key: 'sk_live_canary' }] },
    message: /keys\[0\]\.key .*sk_test_.*allowLiveKeys/,
  },
  { name: 'a key without its text', options: { keys: [{}] }, message: /keys\[0\]\.key .* undefined/ },
  {
    name: 'a malformed key',
    options: { keys: [{ key: 'sk_test_ok' }, { key: 'canary' }] },
    message: /keys\[1\]\.key .* string/,
  },
  {
    name: 'a mode that does not match the key',
    options: { keys: [{ key: 'sk_test_canary', mode: 'live' }] },
    message: /keys\[0\]\.mode /,
  },
  {
    name: 'an unknown field of a key',
    options: { keys: [{ key: 'sk_test_canary', acct: 'x' }] },
    message: /unknown option "keys\[0\]\.acct"/,
  },
])('a TypeError for $name', async ({ options, message }) => {
  const starting = startEmulator(options as EmulatorOptions); // as in plain JavaScript
  const failure: unknown = await starting.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TypeError);
  expect(String(failure)).toMatch(message);
  expect(String(failure)).not.toContain('canary');
});

describe('an undefined option', () => {
  test('has its default', () => {
    const undefinedOptions = {
      port: undefined,
      host: undefined,
      assume: { deleteBody: undefined },
      keys: undefined,
    };
    const defaults = resolveOptions({});
    expect(resolveOptions(undefinedOptions)).toEqual(defaults);
    expect(defaults).toMatchObject({ port: 0, host: '127.0.0.1', latencyMs: 0, allowLiveKeys: false });
  });
});

test.each([
  ['127.0.0.1', true],
  ['127.5.0.9', true],
  ['localhost', true],
  ['LOCALHOST', true],
  ['stripe.localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['0.0.0.0', false],
  ['::', false],
  ['192.168.1.1', false],
  ['localhost.evil.example', false],
  ['127.0.0.1.evil.example', false],
  ['', false],
])('isLoopback %s: %s', (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback);
});

import { describe, expect, test } from 'vitest';
import { isLoopback } from '../server/is-loopback.js';
import { startEmulator } from '../start-emulator.js';
import type { EmulatorOptions } from './emulator-options.js';
import { resolveOptions } from './resolve-options.js';

test.each<{ name: string; options: unknown; message: RegExp }>([
  {
    name: 'an unknown option',
    options: { prot: 1 },
    message: /unknown option "prot"; the options are port, host, /,
  },
  { name: 'an option that objects have', options: { toString: 1 }, message: /unknown option "toString"/ },
  { name: 'no object', options: 4242, message: /must be an object/ },
  {
    name: 'a port that is text',
    options: { port: '80' },
    message: /port must be an integer from 0 to 65535/,
  },
  { name: 'a port below the range', options: { port: -1 }, message: /port/ },
  { name: 'a port above the range', options: { port: 65_536 }, message: /port/ },
  { name: 'a port with a fraction', options: { port: 1.5 }, message: /port/ },
  { name: 'a host that others can reach', options: { host: '0.0.0.0' }, message: /loopback.*allowRemote/ },
  { name: 'a name that only looks local', options: { host: '127.0.0.1.evil.example' }, message: /loopback/ },
  { name: 'an empty host', options: { host: '' }, message: /host/ },
  { name: 'a clock that is a time', options: { now: 1 }, message: /now must be a function/ },
  { name: 'an account that is no list', options: { accounts: 'acct_1' }, message: /accounts/ },
  { name: 'a list of accounts with a number', options: { accounts: [1] }, message: /accounts/ },
  { name: 'a rate limit that is a number', options: { rateLimit: 25 }, message: /rateLimit/ },
  { name: 'a rate limit of nothing', options: { rateLimit: { total: 0 } }, message: /total/ },
  {
    name: 'an unknown rate limit',
    options: { rateLimit: { perSecond: 1 } },
    message: /unknown option "perSecond"/,
  },
  { name: 'a negative latency', options: { latencyMs: -1 }, message: /latencyMs/ },
  { name: 'a flag that is text', options: { allowLiveKeys: 'yes' }, message: /allowLiveKeys/ },
  { name: 'a watcher that is no function', options: { onRequest: {} }, message: /onRequest/ },
  { name: 'an unknown assumption', options: { assume: { order: 'x' } }, message: /unknown option "order"/ },
  {
    name: 'a wrong assumption',
    options: { assume: { deleteBody: 'all' } },
    message: /deleteBody must be one of "docs", "full"/,
  },
  {
    name: 'an error that succeeds',
    options: { assume: { errors: { scopeFull: { status: 200 } } } },
    message: /assume.errors.scopeFull: status must be an integer from 400/,
  },
  {
    name: 'an unknown error',
    options: { assume: { errors: { full: {} } } },
    message: /assume.errors: unknown option "full"; the options are accountInvalid, /,
  },
  {
    name: 'a form of names that is text',
    options: { assume: { namePattern: 'a' } },
    message: /namePattern must be a regular expression, or null/,
  },
  {
    name: 'a live key',
    options: { keys: [{ key: 'sk_live_canary' }] },
    message: /keys\[0\] is a live key; use one that starts with sk_test_, or set allowLiveKeys/,
  },
  { name: 'a key without a key', options: { keys: [{}] }, message: /keys\[0\] needs key/ },
  {
    name: 'a malformed key',
    options: { keys: [{ key: 'sk_test_ok' }, { key: 'canary' }] },
    message: /keys\[1\]: key must be/,
  },
  {
    name: 'a mode that does not fit the key',
    options: { keys: [{ key: 'sk_test_canary', mode: 'live' }] },
    message: /keys\[0\]: its mode does not fit/,
  },
  {
    name: 'an unknown field of a key',
    options: { keys: [{ key: 'sk_test_canary', acct: 'x' }] },
    message: /"acct"/,
  },
])('$name is a TypeError', async ({ options, message }) => {
  const starting = startEmulator(options as EmulatorOptions); // what plain JavaScript can pass
  const failure: unknown = await starting.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TypeError);
  expect(String(failure)).toMatch(message);
  expect(String(failure)).not.toContain('canary');
});

describe('an option that is undefined', () => {
  test('means its default', () => {
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

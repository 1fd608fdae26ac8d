import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { raw, useEmulator } from '../../test/use-emulator.js';
import { createRequestLog, type RequestLogEntry } from './request-log.js';

const scope = { type: 'account' } as const;

test('every request is logged and passed to onRequest, with names only', async () => {
  const logged: RequestLogEntry[] = [];
  const emulator = await useEmulator({ onRequest: (entry) => logged.push(entry) });
  const { secrets } = sdk(emulator).apps;
  await secrets.create({ scope, name: 'a', payload: 'hunter2' }, { stripeAccount: 'acct_1' });
  await raw(emulator, '/v1/other?x=1', { key: null });
  expect(logged).toEqual([
    {
      method: 'POST',
      path: '/v1/apps/secrets',
      operation: 'create',
      name: 'a',
      account: 'acct_1',
      mode: 'test',
      status: 200,
      requestId: expect.stringMatching(/^req_/),
      durationMs: expect.any(Number),
      fault: null,
      replayed: false,
    },
    expect.objectContaining({
      method: 'GET',
      path: '/v1/other',
      operation: null,
      account: null,
      status: 404,
    }),
  ]);
  expect(emulator.requests.list()).toEqual(logged);
});

test('a filter with an unknown field is a TypeError', async () => {
  const { requests } = await useEmulator();
  const wrong: object = { opertion: 'find' }; // as in plain JavaScript
  expect(() => requests.count(wrong)).toThrow(
    /requests\.count: unknown option "opertion".* operation, name,/,
  );
  expect(() => requests.list(wrong)).toThrow(TypeError);
  expect(() => requests.list(wrong)).toThrow('requests.list');
});

test('count returns the number of requests that match a filter', async () => {
  const emulator = await useEmulator();
  emulator.secrets.put({ name: 'a', payload: 'p' });
  const { secrets } = sdk(emulator).apps;
  await secrets.find({ scope, name: 'a' });
  await secrets.find({ scope, name: 'a' });
  await secrets.find({ scope, name: 'b' }).catch(() => {});
  await secrets.list({ scope });
  expect(emulator.requests.count()).toBe(4);
  expect(emulator.requests.count({ operation: 'find' })).toBe(3);
  expect(emulator.requests.count({ operation: 'find', name: 'a' })).toBe(2);
  expect(emulator.requests.count({ status: 404 })).toBe(1);
  expect(emulator.requests.count({ name: undefined })).toBe(4);
  emulator.reset();
  expect(emulator.requests.count()).toBe(0);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('broken listener');
    },
  ],
  [
    'returns as a rejected promise',
    () => Promise.reject(new Error('broken listener')) as unknown as undefined,
  ],
])('an error that onRequest %s reaches neither the client nor the process', async (_, onRequest) => {
  const emulator = await useEmulator({ onRequest });
  expect((await raw(emulator, '/v1/apps/secrets?scope[type]=account')).status).toBe(200);
});

test('the log keeps the last 10 000 requests and counts all', () => {
  const log = createRequestLog(undefined);
  const entry: RequestLogEntry = {
    method: 'GET',
    path: '/',
    operation: null,
    name: null,
    account: null,
    mode: null,
    status: 404,
    requestId: 'req_1',
    durationMs: 0,
    fault: null,
    replayed: false,
  };
  for (let n = 0; n < 10_001; n += 1) log.record(entry);
  expect(log.list()).toHaveLength(10_000);
  expect(log.count()).toBe(10_001);
});

test('neither the log nor the emulator object contains a payload or key', async () => {
  const emulator = await useEmulator({ keys: [{ key: 'sk_test_canary123456' }] });
  const { secrets } = sdk(emulator, { key: 'sk_test_canary123456' }).apps;
  await secrets.create({ scope, name: 'a', payload: 'hunter2' });
  await secrets.find({ scope, name: 'a', expand: ['payload'] });
  await raw(emulator, '/v1/apps/secrets/find?payload=hunter2', { key: 'sk_test_canary_wrong' });
  emulator.faults.add({ kind: 'reply', status: 200, body: 'hunter2' });
  const deep = { depth: 20, showHidden: true, getters: true };
  const shown = [
    inspect(emulator, deep),
    JSON.stringify(emulator),
    inspect(emulator.requests.list(), deep),
    inspect(emulator.secrets.list(), deep),
    inspect(emulator.faults.pending(), deep),
  ].join('\n');
  expect(shown).toContain('127.0.0.1');
  expect(shown).not.toMatch(/hunter2|canary/);
});

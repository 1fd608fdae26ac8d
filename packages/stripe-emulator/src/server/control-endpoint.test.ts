import { expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { bodyOf, type RawRequest, raw, useEmulator } from '../../test/use-emulator.js';
import type { Emulator } from '../start-emulator.js';

const json = { 'content-type': 'application/json' };

function control(emulator: Emulator, path: string, options: RawRequest = {}) {
  return raw(emulator, `/_emulator/${path}`, { key: null, ...options });
}

test('adds, lists and removes faults over HTTP', async () => {
  const emulator = await useEmulator();
  const fault = { kind: 'rateLimited', operation: 'list', times: 2 };
  const added = await control(emulator, 'faults', { body: JSON.stringify(fault), headers: json });
  expect(added.status).toBe(201);
  expect(JSON.parse(added.text)).toEqual({
    faults: [{ kind: 'rateLimited', operation: 'list', remaining: 2 }],
  });
  await expect(sdk(emulator).apps.secrets.list({ scope: { type: 'account' } })).rejects.toMatchObject({
    statusCode: 429,
  });
  expect(bodyOf(await control(emulator, 'faults'))['faults']).toMatchObject([{ remaining: 1 }]);
  await control(emulator, 'faults', { method: 'DELETE' });
  expect(emulator.faults.pending()).toEqual([]);
});

test('times null affects every request', async () => {
  const emulator = await useEmulator();
  const added = await control(emulator, 'faults', { body: '{"kind":"html","times":null}', headers: json });
  expect(JSON.parse(added.text)).toEqual({ faults: [{ kind: 'html', remaining: null }] });
  for (let n = 0; n < 3; n += 1)
    expect((await raw(emulator, '/v1/apps/secrets?scope[type]=account')).status).toBe(503);
});

test('returns the requests, with names only', async () => {
  const emulator = await useEmulator();
  const body = 'name=a&payload=hunter2&scope[type]=account';
  await raw(emulator, '/v1/apps/secrets?expand[]=payload', { body, key: 'sk_test_canary123456' });
  const { text } = await control(emulator, 'requests');
  expect(JSON.parse(text)).toMatchObject({
    requests: [{ method: 'POST', path: '/v1/apps/secrets', operation: 'create', name: 'a', status: 200 }],
  });
  expect(text).not.toMatch(/hunter2|canary|payload/);
});

test('returns names and counts as the state, never payloads or keys', async () => {
  const emulator = await useEmulator();
  await sdk(emulator, { key: 'sk_test_canary123456' }).apps.secrets.create({
    scope: { type: 'user', user: 'usr_1' },
    name: 'a',
    payload: 'hunter2',
  });
  const { status, text } = await control(emulator, 'state');
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({
    requests: 1,
    faults: [],
    secrets: [{ account: 'acct_emulator', mode: 'test', scope: { type: 'user', user: 'usr_1' }, name: 'a' }],
  });
  expect(text).not.toMatch(/hunter2|canary|payload/);
});

test('resets the emulator over HTTP', async () => {
  const emulator = await useEmulator();
  emulator.secrets.put({ name: 'a', payload: 'p' });
  expect((await control(emulator, 'reset', { method: 'POST' })).status).toBe(200);
  expect(emulator.secrets.list()).toEqual([]);
});

test.each<{ name: string; path: string; options: RawRequest; status: number }>([
  { name: 'an unknown path', path: 'nothing', options: {}, status: 404 },
  {
    name: 'a fault that is not JSON',
    path: 'faults',
    options: { body: 'hunter2', headers: json },
    status: 400,
  },
  {
    name: 'an unknown kind of fault',
    path: 'faults',
    options: { body: '{"kind":"hunter2"}', headers: json },
    status: 400,
  },
  {
    name: 'a fault without the type application/json',
    path: 'faults',
    options: { body: '{"kind":"reset"}' },
    status: 415,
  },
  {
    name: 'a web page in a browser',
    path: 'state',
    options: { headers: { origin: 'http://evil.example' } },
    status: 403,
  },
])('$name is refused', async ({ path, options, status }) => {
  const emulator = await useEmulator();
  const response = await control(emulator, path, options);
  expect(response.status).toBe(status);
  expect(response.text).not.toContain('hunter2');
  expect(emulator.faults.pending()).toEqual([]);
});

test('control requests are not counted, and faults do not affect them', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'reset' });
  await control(emulator, 'state');
  expect(emulator.requests.count()).toBe(0);
  expect(emulator.faults.pending()).toHaveLength(1);
});

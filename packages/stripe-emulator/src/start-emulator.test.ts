import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { sdk } from '../test/sdk.js';
import { raw, useEmulator } from '../test/use-emulator.js';
import { startEmulator } from './start-emulator.js';

const scope = { type: 'account' } as const;
const list = '/v1/apps/secrets?scope[type]=account';

test('two emulators share no state', async () => {
  const one = await useEmulator();
  const two = await useEmulator();
  one.secrets.put({ name: 'a', payload: 'p' });
  expect(one.port).not.toBe(two.port);
  expect((await sdk(two).apps.secrets.list({ scope })).data).toEqual([]);
});

test('the error for a port in use names the port', async () => {
  const { port } = await useEmulator();
  await expect(startEmulator({ port })).rejects.toThrow(new RegExp(`^startEmulator: port .*${port}`));
});

test('listens on an IPv6 loopback address', async () => {
  const emulator = await useEmulator({ host: '::1' });
  expect(emulator.url).toBe(`http://[::1]:${emulator.port}`);
  expect(
    (await fetch(`${emulator.url}${list}`, { headers: { authorization: 'Bearer sk_test_1' } })).status,
  ).toBe(200);
});

// Repeated, since another process may take the free port.
test('close can be called twice, and frees the port', { retry: 4 }, async () => {
  const emulator = await startEmulator();
  await sdk(emulator).apps.secrets.list({ scope });
  await Promise.all([emulator.close(), emulator.close()]);
  await emulator.close();
  await expect(raw(emulator, list)).rejects.toMatchObject({
    code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
  }); // another test may have the port
  const again = await useEmulator({ port: emulator.port });
  expect(again.port).toBe(emulator.port);
});

test('close closes idle connections', async () => {
  const emulator = await startEmulator();
  const socket = connect(emulator.port, emulator.host);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('connect', resolve));
  await emulator.close();
  await ended;
});

test('Symbol.asyncDispose closes the emulator', async () => {
  const emulator = await startEmulator();
  await emulator[Symbol.asyncDispose]();
  await expect(raw(emulator, list)).rejects.toMatchObject({
    code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
  }); // another test may have the port
});

test('reset clears secrets, requests, faults and idempotency keys', async () => {
  const emulator = await useEmulator();
  const send = () =>
    raw(emulator, '/v1/apps/secrets', {
      body: 'name=a&payload=p&scope[type]=account',
      headers: { 'idempotency-key': 'k1' },
    });
  await send();
  emulator.faults.add({ kind: 'reset' });
  emulator.reset();
  expect(emulator.secrets.list()).toEqual([]);
  expect(emulator.requests.count()).toBe(0);
  expect(emulator.faults.pending()).toEqual([]);
  expect((await send()).headers['idempotent-replayed']).toBeUndefined();
});

test.each([
  { host: 'evil.example', status: 403 },
  { host: 'evil.example:80', status: 403 },
  { host: 'localhost:1', status: 200 },
  { host: '[::1]:1', status: 200 },
])('a request with the Host $host gets a $status', async ({ host, status }) => {
  const emulator = await useEmulator();
  expect((await raw(emulator, list, { headers: { host } })).status).toBe(status);
});

test('allowRemote accepts every Host', async () => {
  const emulator = await useEmulator({ allowRemote: true });
  expect((await raw(emulator, list, { headers: { host: 'emulator.internal' } })).status).toBe(200);
});

test('latencyMs delays every response', async () => {
  const emulator = await useEmulator({ latencyMs: 20 });
  await raw(emulator, list);
  await raw(emulator, '/v1/nothing');
  await raw(emulator, list, { key: null });
  emulator.faults.add({ kind: 'serverError' });
  await raw(emulator, list);
  const durations = emulator.requests.list().map(({ durationMs }) => durationMs);
  expect(durations).toHaveLength(4);
  expect(Math.min(...durations)).toBeGreaterThanOrEqual(19);
});

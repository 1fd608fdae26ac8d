import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { codeOf, openResponse, raw, readChunks, useEmulator } from '../../test/use-emulator.js';
import type { Fault } from './fault.js';

const scope = { type: 'account' } as const;
const find = '/v1/apps/secrets/find?name=a&scope[type]=account';

async function emulatorWith(fault: Fault) {
  const emulator = await useEmulator();
  emulator.secrets.put({ name: 'a', payload: 'p' });
  emulator.faults.add(fault);
  return emulator;
}

test.each([
  { kind: 'reset', code: 'ECONNRESET' },
  { kind: 'close', code: 'ECONNRESET' },
] as const)('$kind ends the connection without a response', async ({ kind, code }) => {
  const emulator = await emulatorWith({ kind });
  await expect(raw(emulator, find)).rejects.toMatchObject({ code });
  expect((await raw(emulator, find)).status).toBe(200);
  expect(emulator.requests.list()[0]?.status).toBeNull();
});

test('close ends the connection with FIN, reset with RST', async () => {
  const messages = [];
  for (const kind of ['close', 'reset'] as const) {
    const failure: unknown = await raw(await emulatorWith({ kind }), find).catch((error: unknown) => error);
    messages.push(failure instanceof Error ? failure.message : '');
  }
  expect(messages).toEqual(['socket hang up', 'read ECONNRESET']);
});

test('hang sends no response until the emulator closes', async () => {
  const emulator = await emulatorWith({ kind: 'hang' });
  const { secrets } = sdk(emulator, { timeout: 50 }).apps;
  await expect(secrets.find({ scope, name: 'a' })).rejects.toMatchObject({
    type: 'StripeConnectionError',
    message: expect.stringContaining('timeout being reached (50ms)'),
  });
  emulator.faults.add({ kind: 'hang' });
  const hanging = raw(emulator, find).catch(codeOf);
  await expect.poll(() => emulator.faults.pending()).toEqual([]);
  await emulator.close();
  expect(await hanging).toBe('ECONNRESET');
});

test('hangBody sends only the headers', async () => {
  const emulator = await emulatorWith({ kind: 'hangBody' });
  const response = await openResponse(emulator, find);
  expect(response.statusCode).toBe(200);
  expect(Number(response.headers['content-length'])).toBeGreaterThan(0);
  const ended = once(response, 'data').catch(codeOf);
  await emulator.close();
  expect(await ended).toBe('ECONNRESET');
});

test('cutBody closes the connection in the middle of the body', async () => {
  const emulator = await emulatorWith({ kind: 'cutBody' });
  await expect(raw(emulator, find)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(emulator.requests.list()[0]?.status).toBe(200);
});

test('cutBody with chunked sends no Content-Length', async () => {
  const emulator = await emulatorWith({ kind: 'cutBody', chunked: true });
  const response = await openResponse(emulator, find);
  expect(response.headers['content-length']).toBeUndefined();
  expect(response.headers['transfer-encoding']).toBe('chunked');
  await expect(readChunks(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('drip sends the whole response in chunks', async () => {
  const emulator = await emulatorWith({ kind: 'drip', intervalMs: 1, bytesPerChunk: 30 });
  const response = await openResponse(emulator, find);
  const all = await readChunks(response);
  expect(all.length).toBeGreaterThan(1);
  expect(JSON.parse(all.join(''))).toMatchObject({ name: 'a' });
});

test('drip ends when the emulator closes', async () => {
  const emulator = await emulatorWith({ kind: 'drip', intervalMs: 60_000 });
  const dripping = raw(emulator, find).catch(codeOf);
  await expect.poll(() => emulator.requests.count()).toBe(1);
  await emulator.close();
  expect(await dripping).toBe('ECONNRESET');
});

test('a client can disconnect while its response is delayed', async () => {
  const emulator = await emulatorWith({ kind: 'delay', delayMs: 20 });
  const outgoing = request(`${emulator.url}${find}`, {
    headers: { authorization: 'Bearer sk_test_1' },
  }).end();
  outgoing.on('error', () => {});
  await expect.poll(() => emulator.faults.pending()).toEqual([]);
  outgoing.destroy();
  await expect.poll(() => emulator.requests.count()).toBe(1);
  expect((await raw(emulator, find)).status).toBe(200);
});

test.each<{ fault: Fault; status: number }>([
  { fault: { kind: 'delay', delayMs: 30 }, status: 200 },
  { fault: { kind: 'serverError', delayMs: 30 }, status: 500 },
  { fault: { kind: 'malformedJson', delayMs: 30 }, status: 200 },
])('$fault.kind delays a response by delayMs', async ({ fault, status }) => {
  const emulator = await emulatorWith(fault);
  expect((await raw(emulator, find)).status).toBe(status);
  expect(emulator.requests.list()[0]?.durationMs).toBeGreaterThanOrEqual(29);
});

import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { raw, useEmulator } from '../../test/use-emulator.js';
import { maxWaiting, serializeRequests } from './serialize-requests.js';

const count = 20_000;
const requestsInPacket = 3_000; // a packet has 64 KiB

/** Sends pipelined requests on one connection. Returns the number of responses so far. */
function pipeline(port: number, text: string): () => number {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  let responses = 0;
  socket.on('error', () => undefined);
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const parts = (received + chunk).split('HTTP/1.1 200');
    responses += parts.length - 1;
    received = (parts.at(-1) ?? '').slice(-12);
  });
  socket.write(text.repeat(count));
  return () => responses;
}

test('requests behind one that hangs are not read, and all run once it has ended', async () => {
  let received = 0;
  let handled = 0;
  let hanging: ServerResponse | undefined;
  const serialize = serializeRequests((_, response) => {
    handled += 1;
    if (handled === 1) hanging = response;
    else response.end();
  });
  const server = createServer((request, response) => {
    received += 1;
    serialize(request, response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const responses = pipeline(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await expect.poll(() => received).toBeGreaterThan(maxWaiting);
  for (let turns = 0, seen = 0; turns < 50; turns += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    if (received > seen) turns = 0;
    seen = received;
  }
  expect(received).toBeLessThan(maxWaiting + requestsInPacket);
  hanging?.end();
  await expect.poll(responses, { timeout: 30_000 }).toBe(count);
  expect(handled).toBe(count);
});

test('the emulator answers others while a connection has many requests behind one that hangs', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'hang' });
  const target = '/v1/apps/secrets?scope[type]=account';
  pipeline(
    emulator.port,
    `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk_test_1\r\n\r\n`,
  );
  await expect.poll(() => emulator.requests.inFlight).toBe(1);
  for (let i = 0; i < 10; i += 1) expect((await raw(emulator, target)).status).toBe(200);
  expect(emulator.requests.inFlight).toBe(1);
});

import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { codeOf, errorOf, raw, useEmulator } from '../../test/use-emulator.js';
import { httpText, openSocket, parseResponses, readToEnd, sendBytes } from '../../test/wire.js';
import { startEmulator } from '../start-emulator.js';

const list = '/v1/apps/secrets?scope[type]=account';
const head = `
Host: localhost
Authorization: Bearer sk_test_1`;
const get = httpText(`GET ${list} HTTP/1.1${head}`);
const lastGet = httpText(`GET ${list} HTTP/1.1${head}\nConnection: close`);

describe('invalid HTTP closes its connection and has no other effect', () => {
  test.each([
    { name: 'bytes that are not HTTP', bytes: '\u0000\u0001nonsense\r\n\r\n' },
    { name: 'the start of TLS', bytes: Buffer.from('16030100a5010000a10303', 'hex') },
    {
      name: 'two Content-Length headers',
      bytes: `POST /v1/apps/secrets HTTP/1.1${head}\nContent-Length: 1\nContent-Length: 2\n\nab`,
    },
    {
      name: 'a Content-Length and chunks',
      bytes: `POST /v1/apps/secrets HTTP/1.1${head}\nContent-Length: 4\nTransfer-Encoding: chunked\n\n0\n\n`,
    },
    {
      name: 'a negative Content-Length',
      bytes: `POST /v1/apps/secrets HTTP/1.1${head}\nContent-Length: -1\n\n`,
    },
    { name: 'a missing Host', bytes: `GET ${list} HTTP/1.1\nAuthorization: Bearer sk_test_1\n\n` },
    { name: 'headers without an end', bytes: `GET ${list} HTTP/1.1${head}\nX: ${'x'.repeat(200_000)}\n\n` },
    { name: 'CONNECT', bytes: `CONNECT example.com:443 HTTP/1.1${head}\n\n` },
  ])('$name', async ({ bytes }) => {
    const emulator = await useEmulator();
    const sent = typeof bytes === 'string' ? bytes.replaceAll(/\r?\n/g, '\r\n') : bytes;
    expect(await sendBytes(emulator, sent)).toMatch(/^(HTTP\/1\.1 4\d\d|$)/);
    expect((await raw(emulator, list)).status).toBe(200);
    expect(emulator.requests.inFlight).toBe(0);
  });
});

test('pipelined requests get their responses in order', async () => {
  const emulator = await useEmulator();
  emulator.secrets.put({ name: 'a', payload: 'p' });
  emulator.faults.add({ kind: 'serverError', delayMs: 20 });
  const find = httpText(`GET /v1/apps/secrets/find?scope[type]=account&name=a HTTP/1.1${head}`);
  const text = await sendBytes(emulator, get + find + lastGet);
  const responses = parseResponses(text);
  expect(responses.map(({ status }) => status)).toEqual([500, 200, 200]);
  expect(responses[1]?.body).toMatchObject({ name: 'a' });
  expect(text).toContain('Keep-Alive: timeout=75'); // longer than clients keep an idle connection
});

test('a pipelined read returns the secret of the write before it', async () => {
  const emulator = await useEmulator();
  const write = httpText(
    `POST /v1/apps/secrets HTTP/1.1${head}\nContent-Type: application/x-www-form-urlencoded`,
    'name=a&payload=p&scope[type]=account',
  );
  const responses = parseResponses(await sendBytes(emulator, write + lastGet));
  expect(responses[1]?.body).toMatchObject({ data: [{ name: 'a' }] });
});

test('pipelined requests behind one that hangs end with their connection', async () => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'hang' });
  const socket = await openSocket(emulator);
  socket.write(get + get + get);
  await expect.poll(() => emulator.requests.count()).toBe(1);
  expect(emulator.requests.inFlight).toBe(1);
  socket.destroy();
  await expect.poll(() => emulator.requests.inFlight).toBe(0);
  expect((await raw(emulator, list)).status).toBe(200);
  expect(emulator.requests.count()).toBe(2);
});

test('a client with a large body still receives its 413', async () => {
  const emulator = await useEmulator();
  const body = `payload=${'x'.repeat(10 * 1024 * 1024)}`;
  const type = 'Content-Type: application/x-www-form-urlencoded\nConnection: close';
  const text = await sendBytes(emulator, httpText(`POST /v1/apps/secrets HTTP/1.1${head}\n${type}`, body));
  expect(parseResponses(text)).toMatchObject([
    { status: 413, body: { error: { type: 'invalid_request_error' } } },
  ]);
});

test('a body without an end closes its connection', async () => {
  const emulator = await useEmulator();
  const socket = await openSocket(emulator);
  const ended = readToEnd(socket);
  socket.write(
    `POST /v1/apps/secrets HTTP/1.1${head}\nTransfer-Encoding: chunked\n\n`.replaceAll('\n', '\r\n'),
  );
  const chunk = Buffer.concat([
    Buffer.from('100000\r\n'),
    Buffer.alloc(1024 * 1024, 'a'),
    Buffer.from('\r\n'),
  ]);
  let chunks = 0;
  const pump = () => {
    for (let room = true; room && !socket.destroyed && chunks < 1000; chunks += 1) room = socket.write(chunk);
  };
  socket.on('drain', pump);
  pump();
  await ended;
  expect(chunks).toBeLessThan(200);
  expect((await raw(emulator, list)).status).toBe(200);
});

test('close does not wait for clients that are slow, silent or do not read', async () => {
  const emulator = await startEmulator();
  emulator.faults.add({ kind: 'reply', status: 200, body: 'x'.repeat(20 * 1024 * 1024) });
  const unread = await openSocket(emulator);
  unread.write(get); // and does not read the response
  const slow = await openSocket(emulator);
  slow.write(`POST /v1/apps/secrets HTTP/1.1${head}\r\nContent-Length: 10\r\n`.replaceAll(/\r?\n/g, '\r\n'));
  const half = await openSocket(emulator);
  half.write(httpText(`POST /v1/apps/secrets HTTP/1.1${head}\nContent-Length: 10`));
  half.write('name=');
  const silent = await openSocket(emulator);
  await expect.poll(() => emulator.requests.inFlight).toBe(2);
  const ends = [unread, slow, half, silent].map(readToEnd);
  await emulator.close();
  await Promise.all(ends);
  expect(emulator.requests.inFlight).toBe(0);
});

test('close closes all keep-alive connections', async () => {
  const emulator = await startEmulator();
  const sockets = await Promise.all(Array.from({ length: 300 }, () => openSocket(emulator)));
  const first = sockets.map((socket) => once(socket, 'data'));
  for (const socket of sockets) socket.write(get);
  await Promise.all(first);
  const ends = sockets.map(readToEnd);
  await emulator.close();
  await Promise.all(ends);
});

test('many hanging requests cause no warning', async () => {
  const warnings: Error[] = [];
  const warned = (warning: Error) => void warnings.push(warning);
  process.on('warning', warned);
  onTestFinished(() => void process.off('warning', warned));
  const emulator = await startEmulator();
  emulator.faults.add({ kind: 'hang', times: 20 });
  emulator.faults.add({ kind: 'delay', delayMs: 60_000, times: 20 });
  const waiting = Array.from({ length: 40 }, () => raw(emulator, list).catch(codeOf));
  await expect.poll(() => emulator.faults.pending()).toEqual([]);
  await emulator.close();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['ECONNRESET']));
  expect(warnings).toEqual([]);
});

describe('reset', () => {
  test('stops requests in flight without an effect or a response, so that no client retries', async () => {
    const emulator = await useEmulator();
    emulator.faults.add({ kind: 'delay', delayMs: 60_000 });
    emulator.faults.add({ kind: 'drip', intervalMs: 60_000 });
    emulator.faults.add({ kind: 'hang' });
    const body = 'name=a&payload=p&scope[type]=account';
    const headers = { 'idempotency-key': 'k1' };
    const write = () => raw(emulator, '/v1/apps/secrets', { body, headers });
    let ended = 0;
    const first = write();
    await expect.poll(() => emulator.faults.pending()).toHaveLength(2);
    const waiting = [first, raw(emulator, list), raw(emulator, list)].map((request) =>
      request.catch(codeOf).finally(() => {
        ended += 1;
      }),
    );
    await expect.poll(() => emulator.requests.count()).toBe(2);
    emulator.reset();
    expect(emulator.requests.count()).toBe(0);
    const again = await write();
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, undefined]);
    emulator.secrets.delete({ name: 'a' });
    expect([ended, emulator.requests.inFlight]).toEqual([0, 3]);
    await emulator.close();
    expect(await Promise.all(waiting)).toEqual(['ECONNRESET', 'ECONNRESET', 'ECONNRESET']);
    expect(emulator.secrets.list()).toEqual([]);
  });

  test('can be sent over HTTP', async () => {
    const emulator = await useEmulator();
    emulator.secrets.put({ name: 'a', payload: 'p' });
    expect((await raw(emulator, '/_emulator/reset', { method: 'POST', key: null })).status).toBe(200);
    expect(emulator.secrets.list()).toEqual([]);
  });
});

describe('a web page in a browser', () => {
  const from = (headers: Record<string, string>) => ({ headers, key: null });

  test.each([
    { name: 'reads the state', path: '/_emulator/state', options: from({ origin: 'http://evil.example' }) },
    {
      name: 'sends a form',
      path: '/_emulator/reset',
      options: { ...from({ origin: 'null' }), method: 'POST', body: 'x=1' },
    },
    {
      name: 'loads the state as an image',
      path: '/_emulator/state',
      options: from({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }),
    },
    {
      name: 'uses DNS rebinding',
      path: '/_emulator/state',
      options: from({ host: 'evil.example' }),
    },
    {
      name: 'writes a secret',
      path: '/v1/apps/secrets',
      options: {
        key: 'sk_test_1',
        body: 'name=a&payload=p&scope[type]=account',
        headers: { origin: 'http://evil.example' },
      },
    },
    {
      name: 'sends a CORS preflight request',
      path: '/v1/apps/secrets',
      options: {
        ...from({ origin: 'http://evil.example', 'access-control-request-method': 'POST' }),
        method: 'OPTIONS',
      },
    },
  ])('that $name gets a 403 without an effect', async ({ path, options }) => {
    const emulator = await useEmulator();
    emulator.secrets.put({ name: 'kept', payload: 'hunter2' });
    const response = await raw(emulator, path, options);
    expect(response.status).toBe(403);
    expect(errorOf(response)['message']).toContain('emulator');
    expect(Object.keys(response.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(emulator.secrets.list().map(({ name }) => name)).toEqual(['kept']);
  });

  test('opened from the address bar gets a response', async () => {
    const headers = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };
    expect((await raw(await useEmulator(), '/_emulator/state', { headers, key: null })).status).toBe(200);
  });
});

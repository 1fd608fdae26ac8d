import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import 'undici'; // an application that imports it replaces the dispatcher of Node's fetch
import { expect, it } from 'vitest';
import { boundedFetch } from './bounded-fetch.js';

it('sends a body whose length is given, also beside the package undici', async () => {
  const server = createServer((request, response) => void request.pipe(response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = { 'content-length': '2' }; // as stripe-node does
  try {
    const send = boundedFetch({ owner: 'testSecrets' });
    const { text } = await send(url, { method: 'POST', headers, body: '{}', timeoutMs: 5_000 });
    expect(text).toBe('{}');
  } finally {
    server.close();
  }
});

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { clientOf } from '../test/client.js';
import { selfSigned } from '../test/self-signed.js';
import { type Handler, serve } from '../test/test-server.js';
import { nodeFetch } from './node-fetch.js';

const answering: Handler = (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'x-seen': request.method });
  request.setEncoding('utf8');
  let body = '';
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.on('end', () =>
    response.end(JSON.stringify({ url: request.url, host: request.headers.host, body })),
  );
};

async function listening(server: Server, where: string | number): Promise<void> {
  await new Promise<void>((resolve) => {
    if (typeof where === 'string') server.listen(where, resolve);
    else server.listen(where, '127.0.0.1', resolve);
  });
  onTestFinished(() => new Promise((resolve) => void server.close(() => resolve(undefined))));
}

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-http-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('nodeFetch', () => {
  it('connects to a UNIX socket, and says if there is none', async () => {
    const socketPath = join(folderOf(), 'agent.sock');
    const http = clientOf('http://localhost', { fetch: nodeFetch({ socketPath }) });
    await expect(http.request({ path: ['a'] })).rejects.toMatchObject({ code: 'unavailable' });
    const server = createServer(answering);
    await listening(server, socketPath);
    const answer = await http.request({ path: ['a', 'b c'], method: 'POST', body: { d: 'é' } });
    expect([answer.status, answer.headers.get('x-seen'), answer.body]).toEqual([
      200,
      'POST',
      { url: '/a/b%20c', host: 'localhost', body: '{"d":"é"}' },
    ]);
    server.closeAllConnections();
  });

  it('trusts the certificates that it is given, and no others', async () => {
    const certificate = selfSigned();
    const server = createSecureServer(certificate, answering);
    await listening(server, 0);
    const url = `https://localhost:${(server.address() as AddressInfo).port}`; // it listens on a port
    const refused = clientOf(url, { fetch: nodeFetch({ ca: selfSigned().cert }) });
    await expect(refused.request({ path: [] })).rejects.toMatchObject({ code: 'unavailable' });
    // The name in the certificate is that of another host: what remains to be wrong is the name.
    const trusted = clientOf(url, { fetch: nodeFetch({ ca: certificate.cert }) });
    await expect(trusted.request({ path: [] })).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID/);
    server.closeAllConnections();
  });

  it('reads answers without a body, uses a connection again, and follows no redirect', async () => {
    let status = 204;
    const server = await serve((_, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end();
    });
    const http = clientOf(server.url, { fetch: nodeFetch({}) });
    for (let i = 0; i < 3; i += 1) expect((await http.request({ path: ['a'] })).body).toBeUndefined();
    expect(await server.connections()).toBe(1);
    status = 307;
    await expect(http.request({ path: ['a'] })).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/a', '/a', '/a', '/a']);
  });

  it('ends its request with the signal, also while the body is read', async () => {
    for (const begins of [false, true]) {
      const server = await serve((_, response) => {
        if (begins) response.writeHead(200, { 'content-type': 'application/json' }).write('{');
      });
      const controller = new AbortController();
      const read = clientOf(server.url, { fetch: nodeFetch({}) }).request({
        path: [],
        signal: controller.signal,
      });
      read.catch(() => undefined); // it is awaited below
      await expect.poll(() => server.inFlight()).toBe(1);
      controller.abort('enough');
      await expect(read).rejects.toBe('enough');
      await expect.poll(() => server.inFlight()).toBe(0);
    }
  });

  it.each([
    [{ ca: 'CANARY' }, /ca must be certificates/],
    [{ ca: [5] }, /ca must be certificates/],
    [{ socketPath: '' }, /socketPath must be the path/],
    [{ socketPath: 5 }, /socketPath must be the path/],
    [{ cert: 'CANARY' }, /unknown option "cert"/],
  ])('refuses the options %j', (options, message) => {
    expect(() => nodeFetch(options as never)).toThrow(message);
    expect(() => nodeFetch(options as never)).not.toThrow(/CANARY/);
  });
});

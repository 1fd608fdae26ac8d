import { createServer, type Server } from 'node:http';
import { createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotating } from '../rotating.js';
import { type FetchWithOptions, fetchWith } from './fetch-with.js';

describe('fetchWith', () => {
  let server: Server;
  let origin: string;
  let accepted: string;
  let requests: { authorization: string | undefined; body: string; other: string | undefined }[];

  beforeEach(async () => {
    [accepted, requests] = ['Bearer CANARY-1', []];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const { authorization } = request.headers;
        requests.push({ authorization, body, other: request.headers['x-other']?.toString() });
        if (request.url === '/moved') response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end();
        else response.writeHead(authorization === accepted ? 200 : 401).end('body');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  function setUp() {
    const fake = fakeSecrets({ initial: { key: 'CANARY-1' } });
    const rotation = rotating(createSecrets(cache()(fake.provider)), 'key');
    const api = fetchWith(rotation, (key) => ({ authorization: `Bearer ${key}` }), { origins: [origin] });
    const rotate = async () => {
      await fake.put('key', 'CANARY-2');
      accepted = 'Bearer CANARY-2';
    };
    return { api, rotation, rotate };
  }

  it.each<[string, (url: string) => [string | URL | Request, RequestInit?]]>([
    ['a text', (url) => [url, { method: 'POST', body: 'hello', headers: { 'x-other': 'a' } }]],
    [
      'a URL',
      (url) => [new URL(url), { method: 'POST', body: Buffer.from('hello'), headers: [['x-other', 'a']] }],
    ],
    [
      'a Request',
      (url) => [new Request(url, { method: 'POST', body: 'hello', headers: { 'x-other': 'a' } })],
    ],
  ])('sends the header, and once more after a rotation: %s', async (_, argumentsOf) => {
    const { api, rotate } = setUp();
    expect((await api(...argumentsOf(origin))).status).toBe(200);
    await rotate(); // the cache has the old key
    expect((await api(...argumentsOf(origin))).status).toBe(200);
    const sent = { body: 'hello', other: 'a' };
    expect(requests.slice(1)).toEqual([
      { authorization: 'Bearer CANARY-1', ...sent },
      { authorization: 'Bearer CANARY-2', ...sent },
    ]);
  });

  it('sends a body that is a stream once', async () => {
    const { api, rotate } = setUp();
    await api(origin);
    await rotate();
    const body = new Response('hello').body;
    const answer = await api(origin, { method: 'POST', body, duplex: 'half' });
    expect([answer.status, requests.length]).toEqual([401, 2]);
  });

  it('sends no header to another origin', async () => {
    const { api } = setUp();
    await expect(api('https://example.com/')).rejects.toThrow(/origins/);
    await expect(api(`${origin}/moved`)).rejects.toThrow(TypeError);
    expect(requests).toHaveLength(1);
  });

  it('ends with the signal of the request', async () => {
    const { api } = setUp();
    const reason = new Error('left');
    await expect(api(origin, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(requests).toEqual([]);
  });

  it.each<[unknown]>([[undefined], [[]], [['https://api.example.com/v1']], [['CANARY']]])(
    'refuses the origins %j',
    (origins) => {
      const { rotation } = setUp();
      const make = () => fetchWith(rotation, () => ({}), { origins } as FetchWithOptions);
      expect(make).toThrow(/origins must be/);
      expect(make).not.toThrow(/CANARY/);
    },
  );
});

import { PassThrough, Readable } from 'node:stream';
import { expectNoLeak } from '@secretkit/conformance';
import { describe, expect, it } from 'vitest';
import { clientOf } from '../test/client.js';
import { fetches } from '../test/fetches.js';
import { canary, json } from '../test/responses.js';
import { type Handler, serve } from '../test/test-server.js';
import type { Http } from './http-request.js';

const get = (http: Http, signal?: AbortSignal) => http.request({ path: ['name'], signal });

/** A signal of a polyfill that knows nothing of `throwIfAborted`. */
function lookAlike(): { readonly signal: AbortSignal; abort(reason: unknown): void } {
  const signal = Object.assign(new EventTarget(), { aborted: false, reason: undefined });
  return {
    signal: signal as EventTarget as AbortSignal, // it lacks the members that are not used
    abort(reason) {
      Object.assign(signal, { aborted: true, reason });
      signal.dispatchEvent(new Event('abort'));
    },
  };
}

const callers: readonly [string, () => { readonly signal: AbortSignal; abort(reason: unknown): void }][] = [
  ['an AbortController', () => new AbortController()],
  ['a polyfill', lookAlike],
];

describe.each(fetches)('with $name', ({ fetch }) => {
  it('sends the method, the path, the headers and the body', async () => {
    const server = await serve(json(200, { value: canary }));
    const http = clientOf(server.url, { fetch });
    const answer = await http.request({
      method: 'PUT',
      path: ['v1', 'a/b ö'],
      query: { version: 2, none: undefined, 'c d': '&=+' },
      headers: { 'X-Vault-Namespace': 'team', none: undefined },
      body: { value: canary },
    });
    expect(answer).toMatchObject({ status: 200, body: { value: canary } });
    expect(answer.headers.get('request-id')).toBe('req_fault');
    expect(server.requests).toEqual([
      expect.objectContaining({
        method: 'PUT',
        url: '/v1/a%2Fb%20%C3%B6?version=2&c%20d=%26%3D%2B',
        body: JSON.stringify({ value: canary }),
        headers: expect.objectContaining({
          accept: 'application/json',
          authorization: 'Bearer CANARY-credential',
          'content-type': 'application/json',
          'x-vault-namespace': 'team',
        }),
      }),
    ]);
    await expect.poll(server.inFlight).toBe(0);
  });

  describe.each(callers)('an abort by %s ends the request with its reason', (_, makeCaller) => {
    it.each<[string, Handler]>([
      ['before the headers', () => undefined],
      ['while the body is read', (_request, response) => response.writeHead(200).write('{')],
    ])('%s', async (_phase, handler) => {
      const server = await serve(handler);
      const caller = makeCaller();
      const reading = get(clientOf(server.url, { fetch }), caller.signal);
      await expect.poll(server.inFlight).toBe(1);
      caller.abort('enough');
      await expect(reading).rejects.toBe('enough');
      await expect.poll(server.inFlight).toBe(0);
    });
  });
});

/** A response as a package makes it, with this body. */
function responseOf(body: unknown, fields: object = {}): Response {
  return Object.assign(Object.create(null), {
    status: 200,
    ok: true,
    headers: new Headers(),
    body,
    ...fields,
  }) as Response;
}

const text = JSON.stringify({ value: 'grün' });
const bytes = Buffer.from(text);
const cut = bytes.indexOf('ü') + 1; // within a character

async function* generated() {
  yield new Uint8Array(bytes.subarray(0, cut));
  yield new Uint8Array(bytes.subarray(cut));
}

describe('a body is recognized by what it can do', () => {
  it.each<[string, () => unknown]>([
    ['a Node stream of buffers', () => Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)])],
    ['a Node stream of texts', () => Readable.from([text])],
    ['a PassThrough', () => new PassThrough().end(bytes)],
    ['an async generator', generated],
    ['a web stream', () => new Response(text).body],
    ['a reader without an iterator', () => ({ getReader: () => new Response(text).body?.getReader() })],
  ])('%s', async (_, body) => {
    const http = clientOf('https://localhost', { fetch: async () => responseOf(body()) });
    expect((await get(http)).body).toEqual({ value: 'grün' });
  });

  it('a Node stream that is not read to its end is destroyed', async () => {
    const body = Readable.from([bytes]);
    const headers = new Headers({ 'content-length': '1048577' });
    const http = clientOf('https://localhost', { fetch: async () => responseOf(body, { headers }) });
    await expect(get(http)).rejects.toMatchObject({ code: 'unavailable' });
    expect(body.destroyed).toBe(true);
  });

  it('a Node stream that fails is unavailable', async () => {
    const body = new Readable({ read: () => undefined });
    const http = clientOf('https://localhost', {
      fetch: async () => {
        queueMicrotask(() => body.destroy(new Error('CANARY-body')));
        return responseOf(body);
      },
    });
    const failure = await get(http).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: 'unavailable' });
    expectNoLeak('CANARY-body', failure);
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', 'CANARY-body'],
    ['a response without headers', { status: 200, body: null }],
    ['a response with plain headers', responseOf(null, { headers: {} })],
    ['a body that is a text', responseOf('CANARY-body')],
    ['a body that is missing', responseOf(undefined)],
    ['a body of objects', responseOf(Readable.from([{ 'CANARY-body': 1 }]))],
  ])('a fetch that returns %s is named as unfit', async (_, response) => {
    const unfit = async () => response as Response;
    const failure = await get(clientOf('https://localhost', { fetch: unfit })).catch(
      (thrown: unknown) => thrown,
    );
    expect(failure).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('testSecrets: fetch must'),
    });
    expectNoLeak('CANARY-body', failure);
  });
});

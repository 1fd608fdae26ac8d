import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expectNoLeak } from '@secretkit/conformance';
import { isSecretError } from '@secretkit/core/provider';
import fc from 'fast-check';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientOf } from '../test/client.js';
import { canary, credential, html, json, text } from '../test/responses.js';
import { selfSigned } from '../test/self-signed.js';
import { closedPort, serve } from '../test/test-server.js';
import { createHttp } from './create-http.js';
import type { HttpErrors, HttpFailure } from './http-error.js';
import { type HttpRequest, urlOf } from './http-request.js';

afterEach(() => {
  vi.unstubAllGlobals();
});

const baseUrl = 'https://vault.example';
const request = { path: ['a'] } as const;

/** Returns the URLs and fields of requests that are answered with `{}`. */
function recording() {
  const sent: { url: string; init: RequestInit }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init = {}) => {
    sent.push({ url: String(url), init });
    return Response.json({});
  };
  return { sent, fetch };
}

describe('a request that cannot be sent', () => {
  it.each<[string, object]>([
    ['signal', { signal: new AbortController() }],
    ['signal', { signal: 'x' }],
    ['method', { method: 'GE T' }],
    ['body', { body: { a: 1 } }],
    ['path', { path: 'a/b' }],
    ['path', { path: [5] }],
    ['headers', { headers: new Headers({ authorization: 'x' }) }],
    ['headers', { headers: new Map([['authorization', 'x']]) }],
    ['the header transfer-encoding', { headers: { 'transfer-encoding': 'chunked' } }],
    ['the header Expect', { headers: { Expect: '100-continue' } }],
  ])('is a mistake in %s, and not an outage: %j', async (what, wrong) => {
    const { sent, fetch } = recording();
    const sending = createHttp({ baseUrl, fetch }).request({ ...request, ...wrong });
    await expect(sending).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringMatching(`^invalid_argument: ${what} must `),
    });
    expect(sent).toEqual([]);
  });

  it('since its signal throws leaves nothing behind that ends the process', async () => {
    const signal = {
      aborted: false,
      addEventListener() {
        throw new TypeError('not implemented');
      },
    };
    vi.useFakeTimers();
    try {
      const http = createHttp({ baseUrl, fetch: () => new Promise(() => undefined) });
      const sending = http.request({ ...request, signal: signal as unknown as AbortSignal });
      await expect(sending).rejects.toMatchObject({ code: 'unavailable' });
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the path', () => {
  it.each([
    [baseUrl, ['read'], 'https://vault.example/read'],
    [`${baseUrl}/`, ['v1', 'a'], 'https://vault.example/v1/a'],
    [`${baseUrl}/vault`, ['v1', 'a'], 'https://vault.example/vault/v1/a'],
    [`${baseUrl}/vault/`, ['v1', 'list', ''], 'https://vault.example/vault/v1/list/'],
    [baseUrl, ['a/../b', '?#%2e'], 'https://vault.example/a%2F..%2Fb/%3F%23%252e'],
    [`${baseUrl}/vault/`, [], 'https://vault.example/vault'],
  ])('below %s is encoded: %j', async (base, path, url) => {
    const { sent, fetch } = recording();
    await createHttp({ baseUrl: base, fetch }).request({ path });
    expect(sent[0]?.url).toBe(url);
    expect(new URL(url).href).toBe(url); // a URL changes nothing
  });

  it.each([[['v1', '..']], [['.']], [['a', '\ud800']]])(
    'that a URL cannot hold is invalid_argument: %j',
    async (path) => {
      const { sent, fetch } = recording();
      const http = createHttp({ baseUrl, fetch });
      await expect(http.request({ path })).rejects.toMatchObject({ code: 'invalid_argument' });
      expect(sent).toEqual([]);
    },
  );
});

it('any segment stays in its place', () => {
  const segment = fc.string({ unit: 'grapheme' }).filter((text) => text !== '.' && text !== '..');
  fc.assert(
    fc.property(fc.array(segment, { minLength: 1 }), segment, segment, (path, name, value) => {
      const url = new URL(urlOf(new URL(`${baseUrl}/v1`), path, { [name]: value }));
      expect(url.pathname.split('/').slice(2).map(decodeURIComponent)).toEqual(path);
      expect([url.origin, [...url.searchParams], url.hash]).toEqual([baseUrl, [[name, value]], '']);
    }),
    { seed: 42 },
  );
});

it('a random response is an answer, or a SecretError that does not quote it', async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.json().map((each) => new TextEncoder().encode(each)),
  );
  const status = fc.integer({ min: 200, max: 599 }).filter((each) => ![204, 205, 304].includes(each));
  const headers = fc.dictionary(
    fc.constantFrom('content-type', 'retry-after', 'date', 'content-length'),
    fc.stringMatching(/^[ -~]*$/),
  );
  await fc.assert(
    fc.asyncProperty(status, headers, body, async (each, received, bytes) => {
      const content = new Uint8Array([...new TextEncoder().encode(`"${canary}"`), ...bytes]);
      for (const sent of [bytes, content]) {
        const fetch = async () => new Response(sent.slice(), { status: each, headers: received });
        const [result] = await Promise.allSettled([clientOf(baseUrl, { fetch }).request(request)]);
        if (result.status === 'fulfilled') {
          expect(typeof result.value.body).toBe('object');
          continue;
        }
        expect(isSecretError(result.reason)).toBe(true);
        expectNoLeak([canary, credential], result.reason);
      }
    }),
    { seed: 42, numRuns: 200 },
  );
});

describe('headers', () => {
  it('of a request replace those of the client, in any case', async () => {
    const { sent, fetch } = recording();
    const http = createHttp({ baseUrl, fetch, headers: { 'X-Token': 'old', accept: 'text/plain' } });
    await http.request({ ...request, headers: { 'x-token': 'new' } });
    expect(sent[0]?.init.headers).toEqual({ accept: 'text/plain', 'x-token': 'new' });
  });

  it.each(['', `${canary}\n`, ` ${canary}`, `${canary}\u2026`, 5])(
    'that cannot be sent are refused, and are not quoted: %j',
    async (value) => {
      const { sent, fetch } = recording();
      const headers = { 'x-token': value as string };
      const make = () => createHttp({ owner: 'testSecrets', baseUrl, fetch, headers });
      expect(make).toThrow(/^testSecrets: the header x-token must be(?!.*CANARY)/);
      const error = await createHttp({ baseUrl, fetch })
        .request({ ...request, headers })
        .catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_argument' });
      expectNoLeak(canary, error);
      expect(sent).toEqual([]);
    },
  );
});

describe('a body', () => {
  it.each<[string, HttpRequest['body'], string | undefined, string | undefined]>([
    ['an object', { a: 1 }, '{"a":1}', 'application/json'],
    ['an array', [1], '[1]', 'application/json'],
    ['a text', 'a=1', 'a=1', undefined],
    ['nothing', undefined, '', undefined],
  ])('of a request may be %s', async (_, body, expected, type) => {
    const { sent, fetch } = recording();
    await createHttp({ baseUrl, fetch }).request({ ...request, method: 'POST', body });
    expect(sent[0]?.init.body).toBe(expected);
    expect((sent[0]?.init.headers as Record<string, string>)['content-type']).toBe(type);
  });

  it.each<[string, Response, 'json' | 'text', unknown]>([
    ['a JSON object', Response.json({ a: 1 }), 'json', { a: 1 }],
    ['a JSON array', Response.json([1]), 'json', [1]],
    ['nothing, after 204', new Response(null, { status: 204 }), 'json', undefined],
    ['nothing, after 205', new Response(null, { status: 205 }), 'json', undefined],
    ['a text', new Response('a\n'), 'text', 'a\n'],
    ['a text that is JSON', Response.json('a'), 'text', '"a"'],
    ['an empty text', new Response(''), 'text', ''],
    ['a text after a byte order mark', new Response('\ufeffa'), 'text', 'a'],
    ['no text, after 204', new Response(null, { status: 204 }), 'text', ''],
  ])('of an answer is %s', async (_, response, as, body) => {
    const http = createHttp({ baseUrl, fetch: async () => response });
    const answer = await http.request({ ...request, as } as { path: ['a']; as: 'text' });
    expect([answer.status, answer.body]).toEqual([response.status, body]);
  });

  it('that should be a text must be UTF-8, and not an HTML page of a proxy', async () => {
    for (const handler of [html(200), text(200, Buffer.from([0xe4]))]) {
      const http = clientOf((await serve(handler)).url);
      await expect(http.request({ ...request, as: 'text' })).rejects.toMatchObject({ code: 'unavailable' });
    }
  });
});

describe('a failure', () => {
  it('is an answer if the adapter says so, with its body', async () => {
    const server = await serve(json(404, { errors: [] }, { age: '5', 'x-vault-index': 'v1' }));
    const seen: HttpFailure[] = [];
    const isAnswer = (failure: HttpFailure): boolean => {
      seen.push(failure);
      return failure.status === 404 && failure.body !== undefined;
    };
    const answer = await clientOf(server.url).request({ ...request, isAnswer });
    expect(answer).toMatchObject({ status: 404, body: { errors: [] } });
    expect([answer.headers.get('age'), answer.headers.get('x-vault-index')]).toEqual(['5', 'v1']);
    expect(seen[0]).toMatchObject({ status: 404, networkCode: undefined, text: '{"errors":[]}' });
    const asText = await clientOf(server.url).request({ ...request, isAnswer, as: 'text' });
    expect(asText.body).toBe('{"errors":[]}');
  });

  it.each([
    ['a page of a proxy', html(404)],
    ['another text', text(404, '404 page not found\n')],
  ])('that is %s is not taken for one', async (_, handler) => {
    const http = clientOf((await serve(handler)).url);
    const isAnswer = ({ status, body }: HttpFailure) => status === 404 && body !== undefined;
    await expect(http.request({ ...request, isAnswer })).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('has what the table says, and nothing else of the response', async () => {
    const server = await serve(json(412, { code: 'lagging', message: canary }, { 'retry-after': '9' }));
    const errors: HttpErrors = ({ status, body }) =>
      status === 412
        ? {
            code: 'unavailable',
            problem: 'the replica lags. Try again.',
            vendorCode: (body as { code: string }).code,
            retryAfterMs: 50,
            retryable: false,
          }
        : undefined;
    const error = await clientOf(server.url, { errors })
      .request(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'unavailable',
      problem: 'HTTP 412: the replica lags. Try again.',
      retryAfterMs: 50,
      retryable: false,
      details: { status: 412, requestId: 'req_fault', vendorCode: 'lagging' },
    });
    expectNoLeak([canary, credential], error);
  });

  it('of the connection is in the table by its code', async () => {
    const { url, port } = await closedPort();
    const errors: HttpErrors = ({ status, networkCode, headers, body }) => {
      expect([status, [...headers], body]).toEqual([undefined, [], undefined]);
      return networkCode === 'ECONNREFUSED'
        ? { code: 'unavailable', problem: 'Start the agent.' }
        : undefined;
    };
    await expect(clientOf(url, { errors }).request(request)).rejects.toMatchObject({
      problem: `the connection failed: 127.0.0.1:${port} (ECONNREFUSED). Start the agent.`,
    });
  });

  it('has an unknown connection code neither in its message nor in the table', async () => {
    const codes: unknown[] = [];
    const errors: HttpErrors = ({ networkCode }) => void codes.push(networkCode);
    const fetch = async () => Promise.reject(Object.assign(new Error(canary), { code: canary }));
    const error = await clientOf(baseUrl, { errors, fetch })
      .request(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unavailable', problem: expect.stringContaining('vault.example') });
    expect(codes).toEqual([undefined]);
    expectNoLeak(canary, error);
  });

  it('of the table itself is passed on', async () => {
    const server = await serve(json(500, {}));
    const errors = (): never => {
      throw new RangeError('a bug');
    };
    await expect(clientOf(server.url, { errors }).request(request)).rejects.toThrow('a bug');
  });
});

/** As the README shows it. */
function fetchWith(connect: NonNullable<Agent.Options['connect']>): typeof globalThis.fetch {
  const dispatcher = new Agent({ connect });
  onTestFinished(() => dispatcher.destroy());
  return ((url: string, init: object) => undiciFetch(url, { ...init, dispatcher })) as never; // its types are a copy
}

describe('a fetch of your own', () => {
  it('may use a UNIX socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'secretkit-'));
    const path = join(folder, 'agent.sock');
    const server = createServer((_, response) => response.end('{"value":"from the socket"}')).listen(path);
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    });
    await once(server, 'listening');
    const http = createHttp({ baseUrl: 'http://localhost', fetch: fetchWith({ socketPath: path }) });
    expect((await http.request(request)).body).toEqual({ value: 'from the socket' });
  });

  it('may trust a certificate of its own', async () => {
    const certificate = selfSigned();
    const server = createHttpsServer(certificate, (_, response) => response.end('{"value":"by TLS"}'));
    server.listen(0, '127.0.0.1');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await once(server, 'listening');
    const http = createHttp({
      baseUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, // of a TCP server
      fetch: fetchWith({ ca: certificate.cert, checkServerIdentity: () => undefined }),
    });
    expect((await http.request(request)).body).toEqual({ value: 'by TLS' });
  });
});

describe('http: to another machine', () => {
  const insecure = 'http://vault.example';

  it('is allowed by allowInsecure, with one warning for each client', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const { sent, fetch } = recording();
    const http = createHttp({ owner: 'testSecrets', baseUrl: insecure, allowInsecure: true, fetch });
    for (let i = 0; i < 2; i += 1) await http.request(request);
    expect(sent).toHaveLength(2);
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(/^testSecrets: allowInsecure/),
        { type: 'SecretkitWarning', code: 'SECRETKIT_HTTP_INSECURE' },
      ],
    ]);
  });

  it('warns on the console where there is no emitWarning', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    vi.stubGlobal('process', undefined);
    createHttp({ baseUrl: insecure, allowInsecure: true });
    vi.unstubAllGlobals();
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/^SECRETKIT_HTTP_INSECURE: createHttp: /)]]);
  });

  it.each(['https://vault.example', 'http://127.0.0.1:8200', 'http://localhost:1', 'http://[::1]:1'])(
    'needs no warning for %s',
    (secure) => {
      const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
      createHttp({ baseUrl: secure, allowInsecure: true });
      expect(warn.mock.calls).toEqual([]);
    },
  );
});

it('a printed client shows neither its headers nor its URL', () => {
  const http = clientOf('https://CANARY.example');
  const printed = inspect(http, { depth: 9, showHidden: true, getters: true }) + JSON.stringify(http);
  expect(printed).not.toContain('CANARY');
});

describe('options', () => {
  it.each([
    [undefined, TypeError, 'options must be'],
    [{}, TypeError, 'baseUrl must be'],
    [{ baseUrl: 'not a url CANARY' }, TypeError, 'baseUrl must be'],
    [{ baseUrl: 5 }, TypeError, 'baseUrl must be'],
    [{ baseUrl: 'ftp://example.com' }, TypeError, /baseUrl must be .*scheme/],
    [{ baseUrl: 'https://user:CANARY@example.com' }, TypeError, /baseUrl must be .*credentials/],
    [{ baseUrl: 'https://example.com?CANARY=1' }, TypeError, /baseUrl must be .*query/],
    [{ baseUrl: 'https://example.com#CANARY' }, TypeError, /baseUrl must be .*fragment/],
    [{ baseUrl: 'http://example.com' }, TypeError, /baseUrl must be .*TLS/],
    [
      { baseUrl: 'http://CANARY.example', allowInsecure: false },
      TypeError,
      /baseUrl must be .*allowInsecure/,
    ],
    [{ baseUrl, allowInsecure: 'CANARY' }, TypeError, 'allowInsecure must be'],
    [{ baseUrl, timeoutMs: 0 }, RangeError, 'timeoutMs must be'],
    [{ baseUrl, timeoutMs: 2 ** 31 }, RangeError, 'timeoutMs must be'],
    [{ baseUrl, maxBytes: 0 }, RangeError, 'maxBytes must be'],
    [{ baseUrl, maxBytes: '1' }, TypeError, 'maxBytes must be'],
    [{ baseUrl, fetch: 'CANARY' }, TypeError, 'fetch must be'],
    [{ baseUrl, errors: 'CANARY' }, TypeError, 'errors must be'],
    [{ baseUrl, requestId: 'CANARY' }, TypeError, 'requestId must be'],
    [{ baseUrl, headers: { 'CANARY\n': 'a' } }, TypeError, 'header'],
    [{ baseUrl, key: 1 }, TypeError, 'unknown option "key"'],
  ])('are checked and not quoted: %j', (options, type, problem) => {
    let error: unknown;
    try {
      createHttp(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(type);
    expect(String(error)).toMatch(/^\w+: createHttp: /);
    expect(String(error)).toMatch(problem);
    expect(inspect(error).includes('CANARY')).toBe(false);
  });

  it('limit the size of a body', async () => {
    const fetch = async () => Response.json({ value: 'x'.repeat(20) });
    await expect(createHttp({ baseUrl, fetch, maxBytes: 20 }).request(request)).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect((await createHttp({ baseUrl, fetch, maxBytes: 50 }).request(request)).status).toBe(200);
  });
});

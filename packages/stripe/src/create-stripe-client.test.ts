import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { afterEach, describe, expect, it } from 'vitest';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const apiKey = 'sk_test_CANARYKEY';
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that answers as the test says, and counts what it was sent. */
async function serve(respond: (response: ServerResponse) => void) {
  const requests: {
    url: string | undefined;
    headers: NodeJS.Dict<string | string[]>;
    closed: Promise<void>;
  }[] = [];
  const server = createServer((request, response) => {
    const closed = new Promise<void>((resolve) => response.once('close', resolve));
    requests.push({ url: request.url, headers: request.headers, closed });
    respond(response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

function open(baseUrl: string, timeoutMs = 5_000) {
  return createSecrets(stripeSecrets({ client: createStripeClient({ apiKey, baseUrl, timeoutMs }) }));
}

const json = (body: string) => (response: ServerResponse) => {
  response.setHeader('content-type', 'application/json').end(body);
};

describe('what comes instead of a secret', () => {
  it.each([
    { what: 'a number', respond: json('123'), code: 'invalid_data' },
    { what: 'a string', respond: json('"CANARY"'), code: 'invalid_data' },
    { what: 'null', respond: json('null'), code: 'invalid_data' },
    { what: 'an array', respond: json('[]'), code: 'invalid_data' },
    { what: 'an empty body', respond: json(''), code: 'unavailable' },
    { what: 'cut JSON', respond: json('{"object":"apps.secret","payload":"CANARY'), code: 'unavailable' },
    { what: '2 MB', respond: json(`{"payload":"${'C'.repeat(2_000_000)}"}`), code: 'unavailable' },
    {
      what: 'a 503 page',
      respond: (response: ServerResponse) => response.writeHead(503).end('<html>CANARY</html>'),
      code: 'unavailable',
    },
    {
      what: 'a 403 number',
      respond: (response: ServerResponse) => response.writeHead(403).end('5'),
      code: 'permission_denied',
    },
  ])('$what is $code, on reads, lists, writes and deletes, and quoted nowhere', async ({ respond, code }) => {
    const { url } = await serve(respond);
    const secrets = open(url);
    const calls = [
      secrets.get('name'),
      secrets.getMany({ a: 'a', b: 'b' }),
      secrets.list()[Symbol.asyncIterator]().next(),
      secrets.set('name', 'value'),
      secrets.delete('name'),
    ];
    for (const settled of await Promise.allSettled(calls)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { code, provider: 'stripe' } });
      expect(inspect(settled, { depth: null, showHidden: true }).includes('CANARY')).toBe(false);
    }
  });

  it.each([301, 302, 307, 308])(
    'a %d redirect is not followed, and nothing is sent to where it points',
    async (status) => {
      const elsewhere = await serve(json('{}'));
      const { url } = await serve((response) =>
        response.writeHead(status, { location: elsewhere.url }).end(),
      );
      await expect(open(url).set('name', 'CANARY')).rejects.toMatchObject({
        code: 'unavailable',
        details: { status },
      });
      expect(elsewhere.requests).toHaveLength(0);
    },
  );

  it('nobody listening is unavailable', async () => {
    const { url } = await serve(json('{}'));
    const server = servers.pop();
    await new Promise((resolve) => server?.close(resolve));
    await expect(open(url).get('name')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a request that takes too long', () => {
  it.each([
    { what: 'nothing comes', respond: () => undefined },
    {
      what: 'headers come, and no body',
      respond: (response: ServerResponse) => response.writeHead(200).flushHeaders(),
    },
    {
      what: 'a byte comes now and then',
      respond: (response: ServerResponse) => {
        const drip = setInterval(() => response.write(' '), 20);
        response.once('close', () => {
          clearInterval(drip);
        });
      },
    },
  ])('is a timeout, and its connection is closed: $what', async ({ respond }) => {
    const { url, requests } = await serve(respond);
    await expect(open(url, 150).get('name')).rejects.toMatchObject({ code: 'timeout' });
    await requests[0]?.closed;
  });
});

describe('an abort', () => {
  it('closes the connection', async () => {
    const controller = new AbortController();
    const { url, requests } = await serve(() => {
      controller.abort('enough');
    });
    await expect(open(url).get('name', { signal: controller.signal })).rejects.toBe('enough');
    await requests[0]?.closed;
  });

  it('sends nothing beyond what stripe-node sends: the signal stays here', async () => {
    const { url, requests } = await serve(json('{}'));
    await open(url)
      .get('name', { signal: new AbortController().signal })
      .catch(() => undefined);
    expect(requests[0]?.headers).not.toHaveProperty('x-secretkit-signal');
    expect(requests[0]?.headers).toHaveProperty('authorization', `Bearer ${apiKey}`);
  });
});

describe('hints', () => {
  it.each([
    { header: '2', retryAfterMs: 2_000 },
    { header: new Date(Date.now() + 60_000).toUTCString(), retryAfterMs: expect.closeTo(60_000, -4) },
    { header: 'soon', retryAfterMs: undefined },
    { header: '-5', retryAfterMs: undefined },
  ])('Retry-After: $header', async ({ header, retryAfterMs }) => {
    const { url } = await serve((response) =>
      response
        .writeHead(429, { 'content-type': 'application/json', 'retry-after': header })
        .end('{"error":{"type":"invalid_request_error","code":"rate_limit"}}'),
    );
    const error = await open(url)
      .get('name')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'rate_limited', retryable: true });
    expect(error).toHaveProperty('details.vendorCode', 'rate_limit');
    expect((error as { retryAfterMs?: number }).retryAfterMs).toEqual(retryAfterMs);
  });

  it.each([{ 'stripe-should-retry': 'false' }, { 'idempotent-replayed': 'true' }])(
    'a failure that Stripe calls final is not retryable: %j',
    async (headers: Record<string, string>) => {
      const { url } = await serve((response) =>
        response
          .writeHead(500, { 'content-type': 'application/json', ...headers })
          .end('{"error":{"type":"api_error"}}'),
      );
      await expect(open(url).get('name')).rejects.toMatchObject({ code: 'unavailable', retryable: false });
    },
  );
});

describe('options', () => {
  it.each([
    [undefined, /object of options/],
    [{}, /apiKey is empty/],
    [{ apiKey: '' }, /apiKey is empty/],
    [{ apiKey: 'sk_test_CANARY\n' }, /apiKey has a space, a line break/],
    [{ apiKey, baseUrl: 'not a url' }, /baseUrl is an origin/],
    [{ apiKey, baseUrl: 'ftp://example.com' }, /baseUrl is an origin/],
    [{ apiKey, baseUrl: 'https://user:CANARY@example.com' }, /without credentials/],
    [{ apiKey, baseUrl: 'https://example.com/v1' }, /takes no path/],
    [{ apiKey, baseUrl: 'http://example.com' }, /Without TLS/],
    [{ apiKey, timeoutMs: 0 }, /timeoutMs/],
    [{ apiKey, fetch: 'fetch' }, /fetch is a function/],
    [{ apiKey, key: 1 }, /no option "key"/],
  ])('are checked when it is built, and never shown: %j', (options, message) => {
    let error: unknown;
    try {
      createStripeClient(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(String(error)).toMatch(message);
    expect(inspect(error).includes('CANARY')).toBe(false);
  });
});

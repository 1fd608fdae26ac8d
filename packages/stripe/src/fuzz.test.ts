import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSecrets, type Secrets } from '@secretkit/core';
import { isSecretError } from '@secretkit/core/provider';
import fc from 'fast-check';
import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const soak = Number(process.env['SECRETKIT_SOAK'] ?? 1); // multiplies the number of runs
const canary = 'CANARY-not-a-real-secret';

interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

let server: Server;
let port: number;
let reply: Reply = { status: 200, type: 'text/plain', body: new Uint8Array() };

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const { status, type, body } = reply;
    response.writeHead(status, { 'content-type': type, 'request-id': 'req_fuzz', connection: 'close' });
    response.end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const secret = {
  object: 'apps.secret',
  id: 'appsecret_1',
  name: 'token',
  livemode: false,
  created: 1_700_000_000,
  expires_at: null,
  payload: canary,
  scope: { type: 'account' },
};

const bytes = fc.uint8Array({ maxLength: 300 });
const json = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Uint8Array> =>
  value.map((each) => new TextEncoder().encode(JSON.stringify(each) ?? ''));
/** A correct response with some fields replaced or added. */
const mutated = fc
  .dictionary(
    fc.constantFrom(...Object.keys(secret), 'error', 'data', 'has_more', '__proto__'),
    fc.jsonValue(),
  )
  .map((changes) => ({ ...secret, ...changes }));
const error = fc.record({
  error: fc.record({ type: fc.string(), code: fc.string(), message: fc.constant(canary) }),
});
/** A correct response that is truncated, or has a byte changed. */
const damaged = fc.tuple(fc.nat(300), fc.nat(300), fc.nat(255)).map(([end, at, byte]) =>
  new TextEncoder()
    .encode(JSON.stringify(secret))
    .slice(0, end)
    .fill(byte, at, at + 1),
);

const replies: fc.Arbitrary<Reply> = fc.record({
  status: fc.constantFrom(
    200,
    200,
    200,
    201,
    204,
    301,
    400,
    401,
    402,
    403,
    404,
    409,
    424,
    429,
    500,
    503,
    599,
  ),
  type: fc.constantFrom('application/json', 'text/html', 'application/octet-stream'),
  body: fc.oneof(bytes, json(fc.jsonValue()), json(mutated), json(error), damaged),
});

const clients: readonly [string, () => Secrets][] = [
  [
    'createStripeClient',
    () => open(createStripeClient({ apiKey: 'sk_test_x', baseUrl: `http://127.0.0.1:${port}` })),
  ],
  [
    'a Stripe instance of your own',
    () => open(new Stripe('sk_test_x', { host: '127.0.0.1', port, protocol: 'http', telemetry: false })),
  ],
];

function open(client: Stripe): Secrets {
  return createSecrets(stripeSecrets({ client }));
}

function isScalar(body: Uint8Array): boolean {
  try {
    return typeof JSON.parse(new TextDecoder().decode(body)) !== 'object';
  } catch {
    return false;
  }
}

describe.each(clients)('a random response, through %s', (client, make) => {
  it('results in a value, in undefined or in a SecretError that does not quote it', {
    timeout: 60_000 * soak,
  }, async () => {
    const secrets = make();
    await fc.assert(
      fc.asyncProperty(
        replies,
        fc.constantFrom('get', 'getMany', 'set', 'delete', 'list'),
        async (each, operation) => {
          fc.pre(client === 'createStripeClient' || !isScalar(each.body)); // stripe-node's own clients never settle for a scalar
          reply = each;
          const call = {
            get: () => secrets.get('token'),
            getMany: () => secrets.getMany({ token: 'token', other: 'other' }),
            set: () => secrets.set('token', canary),
            delete: () => secrets.delete('token'),
            list: () => secrets.list()[Symbol.asyncIterator]().next(),
          }[operation as 'get'];
          try {
            await call();
          } catch (thrown) {
            if (!isSecretError(thrown)) throw thrown;
            expect(JSON.stringify(thrown) + thrown.stack).not.toContain(canary);
            expect(thrown.code).not.toBe(each.status === 200 ? 'invalid_argument' : 'closed');
          }
        },
      ),
      { seed: 42, numRuns: 300 * soak },
    );
  });
});

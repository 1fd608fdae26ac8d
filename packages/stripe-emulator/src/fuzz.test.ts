import { request } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from './start-emulator.js';

const soak = Number(process.env['SECRETKIT_SOAK'] ?? 1); // factor of the number of runs

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(() => emulator.close());

const paths = fc.constantFrom('', '/find', '/delete', '/x', '/find/');
const parameter = fc.constantFrom(
  'name',
  'payload',
  'scope[type]',
  'scope[user]',
  'expand[]',
  'expires_at',
  'limit',
);
const form = fc
  .array(
    fc.tuple(
      fc.oneof(parameter, fc.string()),
      fc.oneof(fc.string(), fc.constantFrom('account', 'user', 'payload')),
    ),
  )
  .map((pairs) => pairs.map(([key, value]) => `${key}=${value}`).join('&'));
const text = fc.oneof(
  form,
  form.map(encodeURI),
  fc.string({ unit: 'binary', maxLength: 200 }).map(wellFormed),
);

function wellFormed(value: string): string {
  return value.toWellFormed();
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
  readonly headers: Record<string, string>;
}

const requests: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'PATCH'),
  path: paths,
  query: text.map((query) => encodeURI(query).replaceAll(/[^\x21-\x7E]/g, '')),
  body: fc.oneof(
    text.map((body) => new TextEncoder().encode(body)),
    fc.uint8Array({ maxLength: 300 }),
  ),
  headers: fc.record(
    {
      authorization: fc.constantFrom(
        'Bearer sk_test_x',
        'Bearer',
        'Basic c2tfdGVzdF94Og==',
        'Basic ???',
        'x',
      ),
      'content-type': fc.constantFrom('application/x-www-form-urlencoded', 'application/json', 'text/plain'),
      'idempotency-key': fc.constantFrom('one', 'two', 'x'.repeat(300)),
      'stripe-version': fc.constantFrom('2026-01-01.clover', 'x', ''),
      'stripe-account': fc.constantFrom('acct_1', 'x', ''),
    },
    { requiredKeys: ['authorization'] },
  ), // the other headers are optional
});

function sendRequest({
  method,
  path,
  query,
  body,
  headers,
}: Sent): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const { host, port } = emulator;
    const options = { host, port, method, path: `/v1/apps/secrets${path}?${query}`, headers, agent: false };
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject);
    sent.setTimeout(5_000, () => sent.destroy(new Error('the request hangs')));
    sent.setHeader('content-length', body.byteLength); // without it, the body of a GET is parsed as another request
    sent.end(body);
  });
}

describe('arbitrary bytes', () => {
  it('in a request get a JSON response, and never a 5xx', {
    timeout: 60_000 * soak,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const { status, body } = await sendRequest(sent);
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).toBeLessThan(500);
        expect(JSON.parse(body)).toBeTypeOf('object');
      }),
      { seed: 42, numRuns: 500 * soak },
    );
  });

  it('that are not HTTP close the connection, and the next request gets a response', {
    timeout: 60_000 * soak,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
        await new Promise<void>((resolve) => {
          const socket = connect(emulator.port, emulator.host, () => socket.end(bytes));
          socket.on('close', () => {
            resolve();
          });
          socket.on('error', () => undefined);
          socket.resume();
        });
      }),
      { seed: 42, numRuns: 100 * soak },
    );
    const headers = { authorization: 'Bearer sk_test_x' };
    const plain = { method: 'GET', path: '', query: 'scope[type]=account', body: new Uint8Array(), headers };
    expect((await sendRequest(plain)).status).toBe(200);
  });
});

import { describe, expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, raw, useEmulator } from '../../test/use-emulator.js';
import type { Fault } from './fault.js';

const scope = { type: 'account' } as const;
const find = '/v1/apps/secrets/find?name=a&scope[type]=account&expand[]=payload';

async function emulatorWith(fault: Fault) {
  const emulator = await useEmulator();
  emulator.secrets.put({ name: 'a', payload: 'hunter2' });
  emulator.faults.add(fault);
  return { emulator, secrets: sdk(emulator).apps.secrets };
}

describe('faults with an error', () => {
  test.each<{ fault: Fault; type: string; statusCode: number; code?: string; retry?: string }>([
    {
      fault: { kind: 'rateLimited' },
      type: 'StripeRateLimitError',
      statusCode: 429,
      code: 'rate_limit',
    },
    {
      fault: { kind: 'rateLimited', shouldRetry: true },
      type: 'StripeRateLimitError',
      statusCode: 429,
      retry: 'true',
    },
    {
      fault: { kind: 'lockTimeout' },
      type: 'StripeRateLimitError',
      statusCode: 429,
      code: 'lock_timeout',
      retry: 'true',
    },
    { fault: { kind: 'keyInUse' }, type: 'StripeAPIError', statusCode: 409, code: 'idempotency_key_in_use' },
    { fault: { kind: 'unauthorized' }, type: 'StripeAuthenticationError', statusCode: 401 },
    {
      fault: { kind: 'forbidden' },
      type: 'StripePermissionError',
      statusCode: 403,
      code: 'more_permissions_required_for_application',
    },
    { fault: { kind: 'serverError' }, type: 'StripeAPIError', statusCode: 500 },
    {
      fault: { kind: 'serverError', status: 503, shouldRetry: false },
      type: 'StripeAPIError',
      statusCode: 503,
      retry: 'false',
    },
    {
      fault: { kind: 'reply', status: 402, body: { error: { type: 'card_error', message: 'x' } } },
      type: 'StripeCardError',
      statusCode: 402,
    },
  ])('$fault is a $type', async ({ fault, type, statusCode, code, retry }) => {
    const { emulator, secrets } = await emulatorWith(fault);
    const failure: unknown = await secrets.find({ scope, name: 'a' }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ type, statusCode, ...(code ? { code } : {}) });
    if (retry) expect(failure).toMatchObject({ headers: { 'stripe-should-retry': retry } });
    await secrets.find({ scope, name: 'a' });
    expect(emulator.requests.list().map((entry) => [entry.status, entry.fault])).toEqual([
      [statusCode, fault.kind],
      [200, null],
    ]);
  });

  test('a rate limit has a reason header, a lock timeout has none', async () => {
    const { emulator } = await emulatorWith({ kind: 'lockTimeout' });
    emulator.faults.add({ kind: 'rateLimited' });
    expect((await raw(emulator, find)).headers['stripe-rate-limited-reason']).toBeUndefined();
    expect((await raw(emulator, find)).headers['stripe-rate-limited-reason']).toBe('endpoint-rate');
    emulator.faults.add({ kind: 'rateLimited', reason: 'global-concurrency' });
    expect((await raw(emulator, find)).headers['stripe-rate-limited-reason']).toBe('global-concurrency');
  });

  test('the error for a key in use has the key and a request_log_url', async () => {
    const { emulator } = await emulatorWith({ kind: 'keyInUse' });
    const response = await raw(emulator, '/v1/apps/secrets', {
      body: 'name=b&payload=p&scope[type]=account',
      headers: { 'idempotency-key': 'k1' },
    });
    expect(errorOf(response)['message']).toContain('still going through): k1. Please');
    expect(errorOf(response)['request_log_url']).toContain(response.headers['request-id']);
  });

  test('forbidden uses the assumed error', async () => {
    const assume = { errors: { permissionMissing: { status: 400, message: 'Not on {account}.' } } };
    const emulator = await useEmulator({ assume });
    emulator.faults.add({ kind: 'forbidden' });
    const response = await raw(emulator, find, { headers: { 'stripe-account': 'acct_1' } });
    expect([response.status, errorOf(response)['message']]).toEqual([400, 'Not on acct_1.']);
  });
});

describe('faults with another body', () => {
  test.each<{ fault: Fault; status: number; text: string; type?: string }>([
    {
      fault: { kind: 'html' },
      status: 503,
      text: '<html><body><h1>Service Unavailable</h1></body></html>\n',
      type: 'text/html',
    },
    { fault: { kind: 'scalar', value: 123 }, status: 200, text: '123\n' },
    { fault: { kind: 'scalar', value: 'str' }, status: 200, text: '"str"\n' },
    { fault: { kind: 'scalar', value: null }, status: 200, text: 'null\n' },
    { fault: { kind: 'scalar', value: true }, status: 200, text: 'true\n' },
    { fault: { kind: 'reply', status: 200 }, status: 200, text: '' },
    { fault: { kind: 'reply', status: 204 }, status: 204, text: '' },
    {
      fault: { kind: 'reply', status: 404, body: { message: 'Not Found' } },
      status: 404,
      text: '{\n  "message": "Not Found"\n}\n',
    },
    {
      fault: { kind: 'reply', status: 200, body: 'plain', headers: { 'content-TYPE': 'text/plain' } },
      status: 200,
      text: 'plain',
      type: 'text/plain',
    },
  ])('$fault', async ({ fault, status, text, type = 'application/json' }) => {
    const { emulator } = await emulatorWith(fault);
    const response = await raw(emulator, find);
    expect(response).toMatchObject({ status, text });
    expect(response.headers['content-type']).toBe(type);
  });

  test('redirect sends the location', async () => {
    const { emulator } = await emulatorWith({ kind: 'redirect', location: 'http://127.0.0.1:9/' });
    const response = await raw(emulator, find);
    expect(response.status).toBe(307);
    expect(response.headers['location']).toBe('http://127.0.0.1:9/');
  });

  test('malformedJson sends a complete body that is invalid JSON and contains the payload', async () => {
    const { emulator } = await emulatorWith({ kind: 'malformedJson' });
    const response = await raw(emulator, find);
    expect(response.status).toBe(200);
    expect(response.text).toContain('hunter2');
    expect((): unknown => JSON.parse(response.text)).toThrow(SyntaxError);
  });
});

describe('a request with a fault', () => {
  const body = 'name=b&payload=p&scope[type]=account';
  const headers = { 'idempotency-key': 'k1' };

  test('is not executed by default', async () => {
    const { emulator } = await emulatorWith({ kind: 'serverError' });
    expect((await raw(emulator, '/v1/apps/secrets', { body })).status).toBe(500);
    expect(emulator.secrets.get({ name: 'b' })).toBeUndefined();
  });

  test('is executed with executed, and a retry with its key gets the saved response', async () => {
    const { emulator } = await emulatorWith({ kind: 'serverError', executed: true });
    expect((await raw(emulator, '/v1/apps/secrets', { body, headers })).status).toBe(500);
    expect(emulator.secrets.get({ name: 'b' })?.payload).toBe('p');
    const retry = await raw(emulator, '/v1/apps/secrets', { body, headers });
    expect(retry.status).toBe(200);
    expect(retry.headers['idempotent-replayed']).toBe('true');
  });

  test('is stored once when the SDK retries it', async () => {
    const { emulator } = await emulatorWith({ kind: 'reset', executed: true });
    const { secrets } = sdk(emulator, { maxNetworkRetries: 1 }).apps;
    await secrets.create({ scope, name: 'b', payload: 'p' });
    expect(
      emulator.requests.list({ operation: 'create' }).map(({ status, replayed }) => [status, replayed]),
    ).toEqual([
      [null, false],
      [200, true],
    ]);
  });

  test('gets the response of the fault also with invalid parameters', async () => {
    const { emulator } = await emulatorWith({ kind: 'lockTimeout', executed: true });
    const response = await raw(emulator, '/v1/apps/secrets', { body: 'name=b' });
    expect(errorOf(response)['code']).toBe('lock_timeout');
  });
});

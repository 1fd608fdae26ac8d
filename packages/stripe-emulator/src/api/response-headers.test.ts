import { expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, raw, useEmulator } from '../../test/use-emulator.js';

const list = '/v1/apps/secrets?scope[type]=account';

test('a response has the headers of Stripe, without Retry-After and CORS', async () => {
  const { headers } = await raw(await useEmulator(), list);
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'cache-control': 'no-cache, no-store',
    'request-id': expect.stringMatching(/^req_\w{14}$/),
    'stripe-should-retry': 'false',
    'stripe-version': '2026-10-28.endive',
    vary: 'Origin',
    'x-stripe-routing-context-priority-tier': 'api-testmode',
  });
  expect(Number(headers['content-length'])).toBeGreaterThan(0);
  expect(Object.keys(headers).filter((name) => /retry-after|access-control/.test(name))).toEqual([]);
});

test.each([
  [200, 'false'],
  [400, 'false'],
  [401, 'false'],
  [404, 'false'],
  [409, undefined],
  [429, undefined],
  [500, undefined],
  [503, undefined],
])('Stripe-Should-Retry is false except for errors that a retry may solve: %i', async (status, header) => {
  const emulator = await useEmulator();
  emulator.faults.add({ kind: 'reply', status });
  expect((await raw(emulator, list)).headers['stripe-should-retry']).toBe(header);
});

test('returns the API version of the request', async () => {
  const emulator = await useEmulator();
  const asked = { 'stripe-version': '2024-04-10' };
  expect((await raw(emulator, list, { headers: asked })).headers['stripe-version']).toBe('2024-04-10');
  const secrets = await sdk(emulator).apps.secrets.list({ scope: { type: 'account' } });
  expect(secrets.lastResponse.apiVersion).toBe('2026-10-28.endive');
});

test.each(['2022-11-15', '2025-02-24.acacia', '2026-10-28.preview; secrets_beta=v2; other_beta=v1'])(
  'the version %s is one',
  async (version) => {
    const response = await raw(await useEmulator(), list, { headers: { 'stripe-version': version } });
    expect(response.headers['stripe-version']).toBe(version);
  },
);

test.each(['newest', '2026', '2026-10-28.', '2026-10-28; drop'])(
  'the version %s is none',
  async (version) => {
    const response = await raw(await useEmulator(), list, { headers: { 'stripe-version': version } });
    expect(response.status).toBe(400);
    expect(errorOf(response)['message']).toContain('Stripe-Version');
  },
);

test('every response of the API has a request id that is unique, also for errors', async () => {
  const emulator = await useEmulator();
  const answers = [
    await raw(emulator, list),
    await raw(emulator, list, { key: null }),
    await raw(emulator, '/v1/nothing'),
    await raw(emulator, '/v1/apps/secrets', { body: 'name=a' }),
  ];
  const ids = answers.map(({ headers }) => headers['request-id']);
  expect(new Set(ids).size).toBe(answers.length);
  for (const id of ids) expect(id).toMatch(/^req_\w{14}$/);
});

test('an error has keys in alphabetical order and an indentation of two spaces', async () => {
  const emulator = await useEmulator();
  const response = await raw(emulator, '/v1/apps/secrets', { body: 'name=a&scope[type]=account' });
  expect(response.text).toBe(`{
  "error": {
    "code": "parameter_missing",
    "doc_url": "https://stripe.com/docs/error-codes/parameter-missing",
    "message": "Missing required param: payload.",
    "param": "payload",
    "request_log_url": "https://dashboard.stripe.com/test/logs/${response.headers['request-id'] ?? ''}",
    "type": "invalid_request_error"
  }
}
`);
});

test.each([
  { method: 'GET', path: '/v1/customers' },
  { method: 'GET', path: '/v1/apps/secrets/appsecret_1' },
  { method: 'GET', path: '/v1/apps/secrets/delete' },
  { method: 'POST', path: '/v1/apps/secrets/find' },
  { method: 'DELETE', path: '/v1/apps/secrets' },
  { method: 'GET', path: '/' },
])('$method $path is a 404 in the error envelope, without its query', async ({ method, path }) => {
  const response = await raw(await useEmulator(), `${path}?payload=hunter2`, { method });
  expect(response.status).toBe(404);
  expect(errorOf(response)).toMatchObject({
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
  expect(response.text).not.toContain('hunter2');
});

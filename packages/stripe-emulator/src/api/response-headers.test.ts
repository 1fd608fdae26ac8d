import { expect, test } from 'vitest';
import { sdk } from '../../test-support/sdk.js';
import { errorOf, raw, useEmulator } from '../../test-support/use-emulator.js';

const list = '/v1/apps/secrets?scope[type]=account';

test('an answer has the headers of Stripe, and neither Retry-After nor CORS', async () => {
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

test('the version of the request is echoed', async () => {
  const emulator = await useEmulator();
  const asked = { 'stripe-version': '2024-04-10' };
  expect((await raw(emulator, list, { headers: asked })).headers['stripe-version']).toBe('2024-04-10');
  const secrets = await sdk(emulator).apps.secrets.list({ scope: { type: 'account' } });
  expect(secrets.lastResponse.apiVersion).toBe('2026-10-28.endive');
});

test('a version that is none is refused', async () => {
  const answer = await raw(await useEmulator(), list, { headers: { 'stripe-version': 'newest' } });
  expect(answer.status).toBe(400);
  expect(errorOf(answer)['message']).toContain('Stripe-Version');
});

test.each([
  { method: 'GET', path: '/v1/customers' },
  { method: 'GET', path: '/v1/apps/secrets/appsecret_1' },
  { method: 'GET', path: '/v1/apps/secrets/delete' },
  { method: 'POST', path: '/v1/apps/secrets/find' },
  { method: 'DELETE', path: '/v1/apps/secrets' },
  { method: 'GET', path: '/' },
])('$method $path is a 404 in the envelope, without its query', async ({ method, path }) => {
  const answer = await raw(await useEmulator(), `${path}?payload=hunter2`, { method });
  expect(answer.status).toBe(404);
  expect(errorOf(answer)).toMatchObject({
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`,
  });
  expect(answer.text).not.toContain('hunter2');
});

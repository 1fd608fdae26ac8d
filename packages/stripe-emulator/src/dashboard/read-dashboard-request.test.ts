import { expect, test } from 'vitest';
import { readDashboardRequest } from './read-dashboard-request.js';

test('only three headers of an extension reach the API, in any case', () => {
  const headers = {
    AUTHORIZATION: 'Bearer DO_NOT_PASS_A_REAL_API_KEY',
    'content-TYPE': 'application/x-www-form-urlencoded',
    'Idempotency-Key': 'k1',
    'stripe-version': '2024-06-20',
    'Content-Length': 7,
    Cookie: 'a=b',
    Host: 'evil.example',
    'Stripe-Account': null,
    'X-Stripe-Client-User-Agent': '{}',
  };
  const body = { path: '/v1/apps/secrets?a=b', options: { method: 'POST', headers, body: 'name=a' } };
  expect(readDashboardRequest(JSON.stringify(body), 'http://127.0.0.1:1')).toEqual({
    method: 'POST',
    path: '/v1/apps/secrets',
    query: 'a=b',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': 'k1',
      'stripe-version': '2024-06-20',
    },
    body: 'name=a',
  });
});

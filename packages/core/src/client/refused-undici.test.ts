import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';

const server = createServer(({ headers }, response) => {
  response.statusCode = headers.authorization === 'new' ? 200 : 401;
  response.end('x'.repeat(Number(headers['x-size'])));
});
let url = '';

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const secrets = createSecrets({ name: 'store', get: async (_, { fresh }) => seal(fresh ? 'new' : 'old') });

// The body of undici emits an error when it is destroyed, which ends the process if nobody listens.
it.each([0, 5, 100_000])(
  'a refused response of undici.request with %i bytes is left in silence',
  async (size) => {
    const { statusCode, body } = await secrets.use('token', (token) =>
      request(url, { headers: { authorization: token.reveal(), 'x-size': String(size) } }),
    );
    expect(statusCode).toBe(200);
    expect(await body.text()).toHaveLength(size);
  },
);

it('a refused response of undici.request in an exception is left in silence, too', async () => {
  const failing = secrets.use('token', async (token) => {
    const response = await request(url, { headers: { authorization: token.reveal(), 'x-size': '5' } });
    if (response.statusCode === 401) throw Object.assign(new Error('refused'), { response });
    return response.body.text();
  });
  expect(await failing).toBe('xxxxx');
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { type FakeSecrets, fakeSecrets } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { honoApplication } from './hono-application.js';

let fake: FakeSecrets;
let running: ReturnType<typeof honoApplication>;
let server: ServerType;

beforeEach(async () => {
  fake = fakeSecrets({ initial: { 'partner-token': 'of the platform' } });
  for (const account of ['acct_1', 'acct_2']) {
    await fake.put({ name: 'partner-token', scope: { account } }, `of ${account}`);
  }
  running = honoApplication(
    fake.provider,
    (c) => c.req.header('x-account') as string, // in place of your authentication
    async (token) => [`orders with the token ${token.reveal()}`],
  );
  server = createAdaptorServer({ fetch: running.app.fetch });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.close();
  await running.close();
});

async function get(path: string, account?: string) {
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const headers = { connection: 'close', ...(account !== undefined && { 'x-account': account }) };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: response.status, body: await response.json() };
}

describe('a Hono application with the middleware', () => {
  it('serves each request with its own account’s token', async () => {
    const answers = await Promise.all(['acct_1', 'acct_2'].map((account) => get('/orders', account)));
    expect(answers).toEqual([
      { status: 200, body: ['orders with the token of acct_1'] },
      { status: 200, body: ['orders with the token of acct_2'] },
    ]);
  });

  it.each([
    ['an account that is missing', '/orders', undefined],
    ['an account that is empty', '/orders', ''],
    ['another account’s secret', '/accounts/acct_2/orders', 'acct_1'],
  ])('refuses %s, and makes no call', async (_, path, account) => {
    expect(await get(path, account)).toEqual({ status: 403, body: { error: 'invalid_argument' } });
    expect(fake.calls()).toBe(0);
  });

  it('is unavailable when the backend is', async () => {
    fake.fail('unavailable');
    expect(await get('/orders', 'acct_1')).toEqual({ status: 503, body: { error: 'unavailable' } });
  });
});

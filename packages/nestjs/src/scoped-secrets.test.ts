import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { ContextIdFactory } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import type { ScopedSecrets } from '@secretkit/core';
import { defineMiddleware } from '@secretkit/core/middleware';
import { fakeSecrets } from '@secretkit/testing';
import { expect, it, vi } from 'vitest';
import { SecretsModule } from './secrets-module.js';
import { getScopedSecretsToken, getSecretsToken } from './tokens.js';

const scope = { account: 'acct_1' };

/** The client of a request whose scope is given by `scopeOf`. */
async function open(scopeOf: () => unknown) {
  const fake = fakeSecrets({ initial: { token: 'of the platform' } });
  await fake.put({ name: 'token', scope }, 'of acct_1');
  // Enough of a cache for the methods that need one.
  const watchable = defineMiddleware({
    name: 'watchable',
    build: () => ({
      memory: {
        cached: () => () => undefined,
        invalidate: () => undefined,
        subscribe: () => () => undefined,
      },
    }),
  });
  @Module({
    imports: [SecretsModule.forRoot({ provider: watchable(fake.provider), scopeOf: scopeOf as never })],
  })
  class App {}
  const app = await (await Test.createTestingModule({ imports: [App] }).compile()).init();
  const client = await app.resolve<ScopedSecrets>(getScopedSecretsToken(), ContextIdFactory.create(), {
    strict: false,
  });
  return { app, fake, client };
}

let writes = 0;

/** Every method that needs the scope. */
const methods: Record<Exclude<keyof ScopedSecrets, 'can' | 'layers'>, (client: ScopedSecrets) => unknown> = {
  get: (client) => client.get('token'),
  require: (client) => client.require('token'),
  getMany: (client) => client.getMany({ a: 'token' }),
  getManySettled: (client) => client.getManySettled({ a: 'token' }),
  set: (client) => client.set('new', 'value'),
  compareAndSet: (client) => client.compareAndSet(`new-${(writes += 1)}`, 'value', undefined),
  listVersions: async (client) => (await client.listVersions('token')).length,
  delete: (client) => client.delete('token'),
  use: (client) => client.use('token', (token) => token),
  list: async (client) => {
    const refs: unknown[] = [];
    for await (const ref of client.list()) refs.push(ref);
    return refs;
  },
  peek: (client) => client.peek('token'),
  explain: (client) => client.explain('token'),
  health: (client) => client.health({ required: ['token'] }),
  invalidate: (client) => client.invalidate(),
  onChange: (client) => client.onChange('token', () => undefined),
  watch: (client) => client.watch(['token'], { everyMs: 1_000 }),
  scoped: (client) => client.scoped({ user: 'usr_1' }),
};

it.each(Object.entries(methods))(
  '%s uses the scope of the request, and asks for it once',
  async (_, call) => {
    const scopeOf = vi.fn(() => scope);
    const { app, client } = await open(scopeOf);
    expect(scopeOf).not.toHaveBeenCalled();
    const answer = await call(client);
    await call(client);
    expect(scopeOf).toHaveBeenCalledTimes(1);
    if (Array.isArray(answer)) expect(answer).toEqual([{ name: 'token', scope }]);
    await app.close();
  },
);

it.each(Object.entries(methods))('%s refuses a scope without a value, and makes no call', async (_, call) => {
  const { app, fake, client } = await open(() => ({ account: undefined }));
  await expect(async () => call(client)).rejects.toMatchObject({
    code: 'invalid_argument',
    message: expect.stringContaining('scopeOf: scope.account'),
  });
  expect(fake.calls()).toBe(0);
  await app.close();
});

it('reports what the backend supports without the scope', async () => {
  const scopeOf = vi.fn(() => scope);
  const { app, client } = await open(scopeOf);
  expect([client.can('set'), client.can('list')]).toEqual([true, true]);
  expect(scopeOf).not.toHaveBeenCalled();
  await app.close();
});

it('fails as the client does when that is closed', async () => {
  const { app, client } = await open(() => scope);
  await app.get<{ close(): Promise<void> }>(getSecretsToken(), { strict: false }).close();
  await expect(client.get('token')).rejects.toMatchObject({ code: 'closed' });
  await app.close();
});

import { fakeSecrets } from '@secretkit/conformance';
import { createSecrets, type ScopedSecrets, type Secrets } from '@secretkit/core';
import { defineMiddleware } from '@secretkit/core/middleware';
import { describe, expect, it, vi } from 'vitest';
import { scopedOnUse } from './scoped-on-use.js';

const scope = { account: 'acct_1' };

async function open() {
  const fake = fakeSecrets({ initial: { token: 'of the platform' } });
  await fake.put({ name: 'token', scope }, 'of acct_1');
  // Enough of a cache for what needs one.
  const watchable = defineMiddleware({
    name: 'watchable',
    build: () => ({
      peek: () => undefined,
      invalidate: () => undefined,
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    }),
  });
  return { fake, secrets: createSecrets(watchable(fake.provider)) };
}

/** Every method that reads, writes or looks: whoever adds one to the client has to add it here. */
const methods: Record<Exclude<keyof ScopedSecrets, 'can'>, (client: ScopedSecrets) => unknown> = {
  get: (client) => client.get('token'),
  require: (client) => client.require('token'),
  getMany: (client) => client.getMany({ a: 'token' }),
  getManySettled: (client) => client.getManySettled({ a: 'token' }),
  set: (client) => client.set('new', 'value'),
  delete: (client) => client.delete('token'),
  use: (client) => client.use('token', (token) => token),
  list: async (client) => {
    const refs: unknown[] = [];
    for await (const ref of client.list()) refs.push(ref);
    return refs;
  },
  peek: (client) => client.peek('token'),
  invalidate: (client) => client.invalidate(),
  onChange: (client) => client.onChange('token', () => undefined),
  watch: (client) => client.watch(['token'], { everyMs: 1_000 }),
  scoped: (client) => client.scoped({ user: 'usr_1' }),
};

describe.each(Object.entries(methods))('%s', (_, call) => {
  it('is that of the client within the scope', async () => {
    const { secrets } = await open();
    const within = secrets.scoped(scope);
    const spied = { ...secrets, scoped: vi.fn(() => within) } as unknown as Secrets; // one method is another
    const client = scopedOnUse(spied, () => scope);
    expect(spied.scoped).not.toHaveBeenCalled();
    const answer = await call(client);
    await call(client);
    expect(spied.scoped).toHaveBeenCalledExactlyOnceWith(scope);
    if (Array.isArray(answer)) expect(answer).toEqual([{ name: 'token', scope }]);
    await secrets.close();
  });

  it('refuses a scope without a value, and asks nobody', async () => {
    const { fake, secrets } = await open();
    const client = scopedOnUse(secrets, () => ({ account: undefined as never }));
    await expect(async () => call(client)).rejects.toThrow(
      "invalid_argument: what scopeOf says of this request: a scope's account is a string, not undefined.",
    );
    expect(fake.calls()).toBe(0);
  });
});

it('tells what the backend can do without asking whose request it is', async () => {
  const { secrets } = await open();
  const client = scopedOnUse(secrets, () => {
    throw new Error('nobody should ask');
  });
  expect([client.can('set'), client.can('list')]).toEqual([true, true]);
});

it('fails as the client does when that is closed', async () => {
  const { secrets } = await open();
  const client = scopedOnUse(secrets, () => scope);
  await secrets.close();
  await expect(client.get('token')).rejects.toThrow(/^closed/);
});

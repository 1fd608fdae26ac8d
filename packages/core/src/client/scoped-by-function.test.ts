import { describe, expect, it, vi } from 'vitest';
import { failureOf } from '../../test/failure-of.js';
import { outcome } from '../../test/revealed.js';
import type { SecretChange, SecretProvider } from '../contract/provider.js';
import { refKey, type SecretRef, type SecretScope } from '../contract/ref.js';
import { seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';
import type { ScopedSecrets } from './secrets.js';

const acme = { account: 'acct_acme' };

/** A store with every method, which records the refs and scopes of its calls. */
function setUp() {
  const refs: SecretRef[] = [];
  const listeners = new Set<(change: SecretChange) => void>();
  const invalidate = vi.fn();
  const provider: SecretProvider = {
    name: 'recording',
    async get(ref) {
      refs.push(ref);
      return seal(refKey(ref));
    },
    async list({ scope }) {
      refs.push({ name: '*', ...(scope && { scope }) });
      return { refs: [{ name: 'a', ...(scope && { scope }) }] };
    },
    async set(ref) {
      refs.push(ref);
    },
    async delete(ref) {
      refs.push(ref);
    },
    memory: {
      cached: (ref) => () => (ref.name === 'held' ? { secret: seal(refKey(ref)) } : undefined),
      invalidate,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  return { refs, invalidate, listeners, secrets: createSecrets(provider) };
}

/** A call of every method of a client. */
const calls: Record<string, (client: ScopedSecrets) => unknown> = {
  get: (client) => client.get('a'),
  require: (client) => client.require('a'),
  getMany: (client) => client.getMany({ a: 'a' }),
  getManySettled: (client) => client.getManySettled({ a: 'a' }),
  peek: (client) => client.peek('a'),
  invalidate: (client) => client.invalidate('a'),
  'invalidate of everything': (client) => client.invalidate(),
  use: (client) => client.use('a', () => undefined),
  onChange: (client) => client.onChange('a', () => undefined),
  watch: (client) => client.watch(['a'], { everyMs: 60_000 })[Symbol.dispose](),
  set: (client) => client.set('a', 'value'),
  delete: (client) => client.delete('a'),
  list: (client) => client.list()[Symbol.asyncIterator]().next(),
  'a client inside': (client) => client.scoped({ user: 'usr_1' }).get('a'),
};

describe('scoped with a function', () => {
  it('calls the function at the first use, once, and keeps its scope', async () => {
    const { secrets, refs } = setUp();
    const scope = vi.fn(() => acme);
    const tenant = secrets.scoped(scope);
    expect(tenant.can('set')).toBe(true);
    expect(scope).not.toHaveBeenCalled();
    await tenant.get('a');
    await tenant.get('b');
    await tenant.set('c', 'value');
    expect(scope).toHaveBeenCalledTimes(1);
    expect(refs.map((ref) => ref.scope)).toEqual([acme, acme, acme]);
  });

  it('keeps the scope as it was at the first use', async () => {
    const { secrets, refs } = setUp();
    const scope: { account: string } = { account: 'acct_1' };
    const tenant = secrets.scoped(() => scope);
    await tenant.get('a');
    scope.account = 'acct_2';
    await tenant.get('b');
    expect(refs.map((ref) => ref.scope?.account)).toEqual(['acct_1', 'acct_1']);
  });

  it.each(Object.entries(calls))('calls it for %s', async (_, call) => {
    const scope = vi.fn(() => acme);
    await call(setUp().secrets.scoped(scope));
    expect(scope).toHaveBeenCalledTimes(1);
  });

  it.each(Object.entries(calls))(
    'fails %s with its error, and calls it again for the next',
    async (_, call) => {
      const failure = new Error('no tenant');
      const scope = vi.fn((): SecretScope => {
        throw failure;
      });
      const { secrets, refs, invalidate } = setUp();
      const tenant = secrets.scoped(scope);
      expect(await failureOf(() => call(tenant))).toBe(failure);
      expect(await failureOf(() => call(tenant))).toBe(failure);
      expect(scope).toHaveBeenCalledTimes(2);
      expect([refs, invalidate.mock.calls]).toEqual([[], []]);
      scope.mockReturnValue(acme);
      await call(tenant);
      await call(tenant);
      expect(scope).toHaveBeenCalledTimes(3);
    },
  );

  it.each([
    undefined,
    null,
    {},
    'acct_1',
    { account: undefined },
    { account: '' },
    { acount: 'a' },
    Promise.resolve(acme),
  ])('fails a call for the scope %j, and calls the function again for the next', async (wrong) => {
    const { secrets, refs } = setUp();
    const scope = vi.fn(() => wrong as SecretScope);
    const tenant = secrets.scoped(scope);
    expect(await outcome(tenant.get('a'))).toBe('invalid_argument');
    expect(refs).toEqual([]);
    scope.mockReturnValue(acme);
    expect(await outcome(tenant.get('a'))).toBe(refKey({ name: 'a', scope: acme }));
    expect(scope).toHaveBeenCalledTimes(2);
  });

  it('rejects in an async method, and does not throw', async () => {
    const tenant = setUp().secrets.scoped(() => ({}));
    for (const method of ['get', 'require'] as const) {
      const call = tenant[method]('a');
      expect(await outcome(call)).toBe('invalid_argument');
    }
  });

  it('is narrowed within an outer scope', async () => {
    const { secrets, refs } = setUp();
    const tenant = secrets.scoped(acme);
    await tenant.scoped(() => ({ user: 'usr_1' })).get('a');
    await tenant.scoped(() => ({ ...acme, user: 'usr_1' })).get('a');
    expect(refs.map((ref) => ref.scope)).toEqual([
      { ...acme, user: 'usr_1' },
      { ...acme, user: 'usr_1' },
    ]);
    expect(await outcome(tenant.scoped(() => ({ account: 'acct_other' })).get('a'))).toBe('invalid_argument');
    expect(refs).toHaveLength(2);
  });

  it('peeks, invalidates, lists, uses and reports changes within its scope', async () => {
    const { secrets, refs, invalidate, listeners } = setUp();
    const tenant = secrets.scoped(() => acme);
    const seen: string[] = [];
    tenant.onChange('a', (secret) => seen.push(secret.reveal()));
    for (const listener of listeners) {
      listener({ ref: { name: 'a' }, secret: seal('of the default scope') });
      listener({ ref: { name: 'a', scope: acme }, secret: seal('of the tenant') });
    }
    expect(seen).toEqual(['of the tenant']);
    expect(tenant.peek('held')?.reveal()).toBe(refKey({ name: 'held', scope: acme }));
    tenant.invalidate('a');
    tenant.invalidate();
    expect(invalidate.mock.calls).toEqual([[{ name: 'a', scope: acme }], [{ scope: acme }]]);
    for await (const ref of tenant.list()) expect(ref.scope).toEqual(acme);
    expect(await tenant.use('a', (secret) => secret.reveal())).toBe(refKey({ name: 'a', scope: acme }));
    expect(refs.map((ref) => ref.scope)).toEqual([acme, acme]);
  });

  it('nests, and each function is called at the first use of the innermost client', async () => {
    const { secrets, refs } = setUp();
    const outer = vi.fn(() => acme);
    const inner = vi.fn(() => ({ user: 'usr_1' }));
    const tenant = secrets.scoped(outer);
    const user = tenant.scoped(inner);
    expect([outer, inner].map(({ mock }) => mock.calls.length)).toEqual([0, 0]);
    await user.get('a');
    await user.get('b');
    await tenant.get('c');
    expect([outer, inner].map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    expect(refs.map((ref) => ref.scope)).toEqual([
      { ...acme, user: 'usr_1' },
      { ...acme, user: 'usr_1' },
      acme,
    ]);
  });
});

it('refuses an async function, and its rejection ends no process', async () => {
  const secrets = createSecrets({ name: 'own', get: async () => undefined });
  const scoped = secrets.scoped((async () => Promise.reject(new Error('CANARY'))) as never);
  await expect(scoped.get('a')).rejects.toMatchObject({ code: 'invalid_argument' });
  await new Promise((resolve) => setImmediate(resolve)); // an unhandled rejection would fail this file
});

it('keeps the first scope if the function uses the client itself', async () => {
  const seen: unknown[] = [];
  const secrets = createSecrets({
    name: 'own',
    get: async ({ scope }) => {
      seen.push(scope?.account);
      return undefined;
    },
  });
  let calls = 0;
  const scoped = secrets.scoped(() => {
    calls += 1;
    if (calls > 1) return { account: 'first' };
    void scoped.get('inside');
    return { account: 'second' };
  });
  await scoped.get('a');
  await scoped.get('b');
  expect(seen).toEqual(['first', 'first', 'first']);
});

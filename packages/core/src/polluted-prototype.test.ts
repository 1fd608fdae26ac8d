import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkRef, checkScope } from './checks/check-ref.js';
import { createSecrets } from './client/create-secrets.js';
import type { CallContext, SecretProvider } from './contract/provider.js';
import { copyRef, describeRef, describeScope, refKey, type SecretRef, scopeKey } from './contract/ref.js';
import { seal } from './contract/secret.js';
import { SecretError } from './contract/secret-error.js';

const fields: Readonly<Record<string, unknown>> = {
  account: 'acct_other',
  user: 'usr_other',
  field: 'other',
  fresh: true,
  expiresAt: new Date(1),
  refreshAt: new Date(1),
  createdAt: new Date(1),
  everyMs: 1,
  scope: { account: 'acct_other', user: 'usr_other' },
  version: 'other',
  limit: 0,
};

/** Returns the refs and contexts that reach the backend. It reads the fields of refs as any backend does. */
function recording() {
  const refs: SecretRef[] = [];
  const contexts: CallContext[] = [];
  const recordRef = (name: string, { scope = {}, version }: Omit<SecretRef, 'name'>): void => {
    const { account, user } = scope;
    refs.push({
      name,
      ...((account ?? user) !== undefined && {
        scope: { ...(account !== undefined && { account }), ...(user !== undefined && { user }) },
      }),
      ...(version !== undefined && { version }),
    });
  };
  const record = async <T>(ref: SecretRef, ctx: CallContext, answer: T): Promise<T> => {
    recordRef(ref.name, ref);
    contexts.push({ ...ctx });
    return answer;
  };
  const provider = {
    name: 'own',
    get: (ref, ctx) => record(ref, ctx, seal('value')),
    getMany: (given, ctx) => Promise.all(given.map((ref) => record(ref, ctx, seal('value')))),
    list: async (query) => {
      recordRef(`listed ${query.limit}`, query);
      return { refs: [] };
    },
    canonical: (ref) => {
      const { name, scope: { account = 'acct_default', user } = {}, version } = ref;
      return {
        name,
        scope: { account, ...(user !== undefined && { user }) },
        ...(version !== undefined && { version }),
      };
    },
    memory: {
      cached: (ref) => {
        if (ref.name === 'b') recordRef('b', ref);
        return () => undefined;
      },
      invalidate: (target) => {
        if (target) recordRef('invalidated', target);
      },
    },
    set: (ref, secret, ctx) => record(ref, ctx, { version: String(secret.expiresAt?.getTime()) }),
    delete: (ref, ctx) => record(ref, ctx, undefined),
  } satisfies SecretProvider;
  return { provider, refs, contexts };
}

describe.each(Object.keys(fields))('a %s that somebody added to Object.prototype', (field) => {
  beforeEach(() => {
    Object.defineProperty(Object.prototype, field, {
      value: fields[field],
      configurable: true,
      writable: true,
    });
  });
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, field);
  });

  it('does not become part of a ref, a key or a message', () => {
    const keys = [
      checkRef('a'),
      checkRef({ name: 'a' }),
      copyRef({ name: 'a', scope: {} }),
      checkScope({}),
    ].map((each) => JSON.stringify(each));
    expect(keys).toEqual(['{"name":"a"}', '{"name":"a"}', '{"name":"a","scope":{}}', '{}']);
    expect(refKey({ name: 'a' })).toBe('a');
    expect(refKey({ name: 'a', scope: {} })).toBe('a');
    expect(scopeKey({})).toBe(scopeKey());
    expect([describeRef({ name: 'a', scope: {} }), describeScope({})]).toEqual(['"a"', '']);
    expect(JSON.stringify(new SecretError('unknown', 'x', { ref: { name: 'a', scope: {} } }).ref)).toBe(
      '{"name":"a","scope":{}}',
    );
  });

  it('does not become part of a sealed value', () => {
    const { expiresAt, refreshAt, createdAt, version } = seal('value');
    expect([expiresAt, refreshAt, createdAt, version]).toEqual([undefined, undefined, undefined, undefined]);
    expect(seal('value', {}).map((text) => text).expiresAt).toBeUndefined();
  });

  it('reaches no backend, in no call', async () => {
    const { provider, refs, contexts } = recording();
    const secrets = createSecrets(provider);
    const scoped = secrets.scoped({ account: 'acct_1' });
    const [own, narrow] = [{ account: 'acct_1' }, { account: 'acct_1', user: 'usr_1' }];
    await secrets.get('a');
    await secrets.get({ name: 'a', scope: { account: 'acct_1' } });
    await secrets.get('a', {});
    await scoped.get('a');
    await scoped.get({ name: 'a' });
    await scoped.scoped({ user: 'usr_1' }).get('a');
    expect((await secrets.set('a', 'value', {})).version).toBe('undefined');
    await secrets.delete('a', {});
    await secrets.getMany({ a: 'a', other: { name: 'a', scope: { user: 'usr_1' } } });
    secrets.peek('b');
    secrets.invalidate({ name: 'c' });
    scoped.invalidate();
    for (const client of [secrets, scoped])
      for await (const ref of client.list({})) expect(ref).toBeUndefined();
    expect(refs).toEqual([
      { name: 'a' },
      { name: 'a', scope: own },
      { name: 'a' },
      { name: 'a', scope: own },
      { name: 'a', scope: own },
      { name: 'a', scope: narrow },
      { name: 'a' },
      { name: 'a' },
      { name: 'a' },
      { name: 'a', scope: { user: 'usr_1' } },
      { name: 'b' },
      { name: 'invalidated' },
      { name: 'invalidated', scope: own },
      { name: 'listed undefined' },
      { name: 'listed undefined', scope: own },
    ]);
    expect(contexts.some((ctx) => Object.hasOwn(ctx, 'fresh'))).toBe(false);
    expect(() => secrets.scoped({})).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(() => secrets.watch(['a'], {} as never)).toThrow(
      expect.objectContaining({ code: expect.any(String) }),
    );
  });
});

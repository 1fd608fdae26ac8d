import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { outcome, revealed } from '../../test/revealed.js';
import type { Answer, CallContext, ListQuery, SecretProvider } from '../contract/provider.js';
import { refKey, type SecretRef, type SecretScope } from '../contract/ref.js';
import { type Secret, seal } from '../contract/secret.js';
import { SecretError } from '../contract/secret-error.js';
import { createSecrets } from './create-secrets.js';

type Whole = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'delete' | 'memory'>>;

/** A store that holds the key of each ref as its value, and records every call. */
function recording(overrides: Partial<SecretProvider> = {}) {
  const calls: {
    operation: string;
    refs: readonly SecretRef[];
    ctx?: CallContext;
    query?: ListQuery;
    secret?: Secret;
  }[] = [];
  const invalidate = vi.fn();
  const answer = (ref: SecretRef): Answer => {
    if (ref.name === 'missing') return undefined;
    if (ref.name === 'denied')
      return new SecretError('permission_denied', 'No.', { provider: 'recording', ref });
    if (ref.name === 'down') return new SecretError('unavailable', 'Down.', { provider: 'recording', ref });
    return seal(refKey(ref));
  };
  const provider: Whole = {
    name: 'recording',
    async get(ref, ctx) {
      calls.push({ operation: 'get', refs: [ref], ctx });
      const found = answer(ref);
      if (found instanceof SecretError) throw found;
      return found;
    },
    async getMany(refs, ctx) {
      calls.push({ operation: 'getMany', refs, ctx });
      return refs.map(answer);
    },
    async list(query, ctx) {
      calls.push({ operation: 'list', refs: [], ctx, query });
      return { refs: [] };
    },
    async set(ref, secret, ctx) {
      calls.push({ operation: 'set', refs: [ref], ctx, secret });
    },
    async delete(ref, ctx) {
      calls.push({ operation: 'delete', refs: [ref], ctx });
    },
    memory: {
      cached: (ref) => () => (ref.name === 'held' ? { secret: seal('held') } : undefined),
      invalidate,
    },
    ...overrides,
  };
  return { calls, provider, invalidate, secrets: createSecrets(provider) };
}

const readOnly: SecretProvider = { name: 'read-only', get: async () => undefined };

describe('get and require', () => {
  it('return the secret, by name or by ref', async () => {
    const { secrets } = recording();
    expect(await outcome(secrets.get('a'))).toBe(refKey({ name: 'a' }));
    const ref = { name: 'a', scope: { account: 'acct_1' } };
    expect(await outcome(secrets.require(ref))).toBe(refKey(ref));
  });

  it('differ for a missing secret', async () => {
    const { secrets } = recording();
    expect(await outcome(secrets.get('missing'))).toBeUndefined();
    const error = await secrets.require('missing').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'not_found',
      provider: 'recording',
      operation: 'get',
      ref: { name: 'missing' },
    });
  });

  it('pass only the signal and fresh on', async () => {
    const { secrets, calls } = recording();
    const { signal } = new AbortController();
    await secrets.get('a');
    await secrets.get('a', { signal, fresh: true });
    await secrets.get('a', { fresh: false });
    expect(calls.map(({ ctx }) => ctx)).toEqual([{}, { signal, fresh: true }, {}]);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it.each([
    ['a name that is empty', ['']],
    ['a name that is not a string', [5]],
    ['a ref without a name', [{}]],
    ['a scope that failed to load', [{ name: 'a', scope: { account: undefined } }]],
    ['an unknown option', ['a', { fersh: true }]],
    ['a signal that is a plain object', ['a', { signal: {} }]],
    ['a signal in place of options', ['a', new AbortController().signal]],
    ['options that are not an object', ['a', 5]],
    ['options that are null', ['a', null]],
  ])('reject without a throw, before any call, for %s', async (_, args) => {
    const { secrets, calls } = recording();
    for (const method of ['get', 'require'] as const) {
      expect(await outcome(secrets[method](...(args as [string])))).toBe('invalid_argument');
    }
    expect(calls).toHaveLength(0);
  });

  it('serve any number of names', async () => {
    const { secrets } = recording();
    for (let i = 0; i < 3_000; i += 1) await secrets.get(`name-${i}`);
    expect(await outcome(secrets.get('name-0'))).toBe(refKey({ name: 'name-0' }));
  });
});

describe('getMany', () => {
  it('is one call for each scope, and returns the keys that were given', async () => {
    const { secrets, calls } = recording();
    const tenant = { name: 'a', scope: { account: 'acct_1' } };
    const found = await secrets.getMany({ one: 'a', two: 'b', of: tenant, same: { ...tenant, name: 'b' } });
    expect(Object.entries(found).map(([key, secret]) => [key, secret?.reveal()])).toEqual([
      ['one', refKey({ name: 'a' })],
      ['two', refKey({ name: 'b' })],
      ['of', refKey(tenant)],
      ['same', refKey({ ...tenant, name: 'b' })],
    ]);
    expect(calls.map(({ operation, refs }) => [operation, refs.map(({ name }) => name)])).toEqual([
      ['getMany', ['a', 'b']],
      ['getMany', ['a', 'b']],
    ]);
  });

  it('reads a ref under two keys once, by get if it is the only one', async () => {
    const { secrets, calls } = recording();
    const { x, y } = await secrets.getMany({ x: 'a', y: { name: 'a' } });
    expect(x).toBe(y);
    expect(calls.map(({ operation }) => operation)).toEqual(['get']);
  });

  it('reads two names of one canonical ref once', async () => {
    const canonical = ({ name, scope }: SecretRef): SecretRef => ({
      name: name.toUpperCase(),
      scope: { account: 'acct_default', ...scope },
    });
    const { secrets, calls } = recording({ canonical });
    await secrets.getMany({ x: 'a', y: 'A', z: { name: 'b', scope: { account: 'acct_default' } } });
    expect(calls.map(({ refs }) => refs.map(({ name }) => name))).toEqual([['A', 'b']]);
  });

  it('without refs makes no call', async () => {
    const { secrets, calls } = recording();
    expect(await secrets.getMany({})).toEqual({});
    expect(calls).toHaveLength(0);
  });

  it('calls get for each ref if the provider has no getMany', async () => {
    const { provider, calls } = recording();
    const secrets = createSecrets<SecretProvider>({ name: 'single', get: provider.get });
    const { a, none } = await secrets.getMany({ a: 'a', none: 'missing' });
    expect([a?.reveal(), none]).toEqual([refKey({ name: 'a' }), undefined]);
    expect(calls.map(({ operation }) => operation)).toEqual(['get', 'get']);
  });

  it.each([
    ['one by one', Array.from({ length: 20 }, (_, at) => ({ name: `name-${at}` })), 20],
    [
      'in many scopes',
      Array.from({ length: 20 }, (_, at) => ({ name: 'a', scope: { user: `usr_${at}` } })),
      20,
    ],
    ['in one call', Array.from({ length: 20 }, (_, at) => ({ name: `name-${at}` })), 1],
  ])('%s adds one listener to the signal of the caller, and removes it', async (how, refs, made) => {
    const seen: CallContext[] = [];
    const caller = new AbortController();
    const answer = async (ctx: CallContext): Promise<void> => {
      await Promise.resolve();
      expect(getEventListeners(caller.signal, 'abort')).toHaveLength(1); // Node warns of more than ten
      seen.push(ctx);
    };
    const provider: SecretProvider = {
      name: 'listening',
      async get(_ref, ctx) {
        await answer(ctx);
        return seal('value');
      },
      ...(how !== 'one by one' && {
        async getMany(all, ctx) {
          await answer(ctx);
          return all.map(() => seal('value'));
        },
      }),
    };
    const secrets = createSecrets(provider);
    const { signal } = caller;
    await secrets.getMany(Object.fromEntries(refs.entries()), { signal, fresh: true });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(seen).toHaveLength(made);
    expect(new Set(seen.map(({ fresh }) => fresh))).toEqual(new Set([true]));
  });

  it.each([new Error('enough'), 'a text', null])(
    'aborts all its calls with the reason of the caller: %s',
    async (reason) => {
      const reasons: unknown[] = [];
      const secrets = createSecrets({
        name: 'hanging',
        get: (_ref, { signal }) =>
          new Promise((_, reject) => {
            signal?.addEventListener('abort', () => {
              reasons.push(signal.reason);
              reject(signal.reason);
            });
          }),
      });
      const caller = new AbortController();
      const batch = secrets.getMany({ a: 'a', b: 'b' }, { signal: caller.signal }).catch((e: unknown) => e);
      caller.abort(reason);
      expect(await batch).toBe(reason);
      expect(reasons).toEqual([reason, reason]);
      expect(
        await secrets.getMany({ a: 'a', b: 'b' }, { signal: caller.signal }).catch((e: unknown) => e),
      ).toBe(reason);
      expect(reasons).toHaveLength(2);
    },
  );

  it('keeps keys such as __proto__', async () => {
    const refs = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
    const found = await recording().secrets.getMany(refs);
    expect(Object.keys(found)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(found)).toBe(Object.prototype);
  });

  it.each([
    ['in a batch', {}],
    ['one by one', { getMany: undefined as never }],
  ])('rejects with the first failure in the order of the keys, %s', async (_, overrides) => {
    const { secrets } = recording(overrides);
    const refs = { a: 'a', first: 'denied', second: 'down' };
    expect(await outcome(secrets.getMany(refs))).toBe('permission_denied');
    const settled = await secrets.getManySettled(refs);
    expect(Object.values(settled).map(revealed)).toEqual([
      refKey({ name: 'a' }),
      'failed: permission_denied',
      'failed: unavailable',
    ]);
    expect(settled.second).toMatchObject({ ref: { name: 'down' } });
  });

  it('that fails as a whole in one scope has answers in the others', async () => {
    const { provider } = recording();
    const secrets = createSecrets({
      ...provider,
      getMany: async (refs: readonly SecretRef[], ctx: CallContext) => {
        if (refs[0]?.scope) throw new SecretError('unavailable', 'Down.', { provider: 'own' });
        return provider.getMany(refs, ctx);
      },
    });
    const scope = { account: 'acct_1' };
    const settled = await secrets.getManySettled({
      a: 'a',
      b: 'b',
      c: { name: 'c', scope },
      d: { name: 'd', scope },
    });
    expect(Object.values(settled).map(revealed)).toEqual([
      refKey({ name: 'a' }),
      refKey({ name: 'b' }),
      'failed: unavailable',
      'failed: unavailable',
    ]);
    expect(settled.d).toMatchObject({ ref: { name: 'd', scope } });
  });

  it.each(['getMany', 'getManySettled'] as const)(
    "%s rejects for the caller's abort, with its reason",
    async (method) => {
      for (const overrides of [
        { getMany: () => new Promise<never>(() => undefined) },
        { getMany: undefined as never, get: () => new Promise<never>(() => undefined) },
      ]) {
        const { secrets } = recording(overrides);
        const controller = new AbortController();
        const batch = secrets[method]({ a: 'a', b: 'b' }, { signal: controller.signal });
        controller.abort(null);
        await expect(batch).rejects.toBe(null);
      }
    },
  );

  it.each([undefined, null, 'a', ['a', 'b'], { a: '' }, { a: undefined }, { a: { name: 'a', scope: null } }])(
    'refuses %j before any call',
    async (refs) => {
      const { secrets, calls } = recording();
      expect(await outcome(secrets.getMany(refs as never))).toBe('invalid_argument');
      expect(calls).toHaveLength(0);
    },
  );
});

describe('a batch', () => {
  it('omits a value that expired during the call', async () => {
    const clock = { ms: 1_000 };
    const secrets = createSecrets<SecretProvider>(
      {
        name: 'slow',
        get: async () => undefined,
        getMany: async (refs) => {
          const answers = refs.map(({ name }) =>
            seal(name, { expiresAt: new Date(name === 'a' ? 1_050 : 9_000) }),
          );
          clock.ms += 200;
          return answers;
        },
      },
      { now: () => clock.ms },
    );
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a, b?.reveal()]).toEqual([undefined, 'b']);
  });

  it('has the ref of its caller in each failure, also for two refs of one secret', async () => {
    const secrets = createSecrets<SecretProvider>({
      name: 'folding',
      canonical: ({ name }) => ({ name: name.toLowerCase() }),
      get: () => Promise.reject(new SecretError('unavailable', 'x')),
    });
    const settled = await secrets.getManySettled({ one: 'db', other: 'DB' });
    expect(settled).toMatchObject({ one: { ref: { name: 'db' } }, other: { ref: { name: 'DB' } } });
  });
});

describe('a batch over several scopes', () => {
  it('omits a value that expired during the wait for others, by the clock of the client', async () => {
    const clock = { ms: 1_000 };
    const provider: SecretProvider = {
      name: 'slow',
      async get({ name }) {
        if (name === 'slow') {
          for (let i = 0; i < 10; i += 1) await Promise.resolve();
          clock.ms = 2_000;
        }
        return seal('value', name === 'slow' ? {} : { expiresAt: new Date(Number(name)) });
      },
    };
    const secrets = createSecrets(provider, { now: () => clock.ms });
    const found = await secrets.getMany({ past: '900', gone: '2000', kept: '2001', slow: 'slow' });
    expect(Object.entries(found).map(([key, secret]) => [key, secret !== undefined])).toEqual([
      ['past', true], // by another clock than that of the stack
      ['gone', false],
      ['kept', true],
      ['slow', true],
    ]);
  });
});

describe('list', () => {
  const pages = (...all: string[][]) => {
    const queries: ListQuery[] = [];
    const provider: SecretProvider & Required<Pick<SecretProvider, 'list'>> = {
      ...readOnly,
      list: async (query) => {
        queries.push(query);
        const at = Number(query.cursor ?? 0);
        const refs = (all[at] ?? []).map((name) => (query.scope ? { name, scope: query.scope } : { name }));
        return at + 1 < all.length ? { refs, cursor: String(at + 1) } : { refs };
      },
    };
    return { queries, secrets: createSecrets(provider) };
  };
  const walk = async (list: AsyncIterable<SecretRef>) => {
    const names: string[] = [];
    for await (const { name } of list) names.push(name);
    return names;
  };

  it('reads every page, also after an empty one', async () => {
    const { secrets, queries } = pages(['a', 'b'], [], ['c']);
    expect(await walk(secrets.list())).toEqual(['a', 'b', 'c']);
    expect(queries).toEqual([{}, { cursor: '1' }, { cursor: '2' }]);
  });

  it('of an empty store ends', async () => {
    expect(await walk(pages([]).secrets.list())).toEqual([]);
  });

  it('reads no page that the iteration does not reach', async () => {
    const { secrets, queries } = pages(['a', 'b'], ['c']);
    for await (const { name } of secrets.list()) if (name === 'b') break;
    expect(queries).toHaveLength(1);
  });

  it('ends if a cursor repeats', async () => {
    const secrets = createSecrets<SecretProvider>({
      ...readOnly,
      list: async () => ({ refs: [], cursor: 'same' }),
    });
    const problem = expect.stringContaining('cursor') as unknown;
    await expect(walk(secrets.list())).rejects.toMatchObject({
      code: 'invalid_data',
      operation: 'list',
      problem,
    });
  });

  it.each<[string, SecretScope | undefined, SecretScope | undefined]>([
    ['another user', { user: 'usr_1' }, { user: 'usr_2' }],
    ['no user', { user: 'usr_1' }, undefined],
    ['an account where none is requested', undefined, { account: 'acct_1' }],
    ['a user of the account', { account: 'acct_1' }, { account: 'acct_1', user: 'usr_1' }],
  ])('is invalid_data for a page of another scope: %s', async (_, requested, listed) => {
    const names: string[] = [];
    const secrets = createSecrets<SecretProvider>({
      ...readOnly,
      list: async () => ({
        refs: [
          { name: 'a', ...(requested && { scope: requested }) },
          { name: 'b', ...(listed && { scope: listed }) },
        ],
      }),
    });
    const walking = async () => {
      for await (const { name } of secrets.list(requested && { scope: requested })) names.push(name);
    };
    const problem = expect.stringContaining('requested scope') as unknown;
    await expect(walking()).rejects.toMatchObject({ code: 'invalid_data', operation: 'list', problem });
    expect(names).toEqual([]);
  });

  it('takes the default account for the default scope, as the provider names it', async () => {
    const secrets = createSecrets<SecretProvider>({
      ...readOnly,
      canonical: ({ name, scope }) => ({ name, scope: { account: 'acct_1', ...scope } }),
      list: async () => ({ refs: [{ name: 'a', scope: { account: 'acct_1' } }, { name: 'b' }] }),
    });
    expect(await walk(secrets.list())).toEqual(['a', 'b']);
  });

  it('passes its scope on, and rejects during iteration', async () => {
    const { secrets, queries } = pages(['a']);
    await walk(secrets.list({ scope: { user: 'usr_1' } }));
    expect(queries).toEqual([{ scope: { user: 'usr_1' } }]);
    expect(await outcome(walk(secrets.list({ scope: undefined } as never)))).toBe('invalid_argument');
    expect(await outcome(walk(secrets.list({ signal: AbortSignal.abort('enough') })))).toBe('enough');
    expect(await outcome(walk(createSecrets<SecretProvider>(readOnly).list()))).toBe('unsupported');
  });
});

describe('set and delete', () => {
  it('seal the written value with its expiry', async () => {
    const { secrets, calls } = recording();
    const expiresAt = new Date(4e12);
    await secrets.set('a', 'value', { expiresAt });
    await secrets.set('a', seal('sealed', { expiresAt, version: 'v1' }));
    await secrets.set('a', seal('sealed', { expiresAt: new Date(3e12), version: 'v1' }), { expiresAt });
    expect(calls.map(({ secret }) => [secret?.reveal(), secret?.expiresAt, secret?.version])).toEqual([
      ['value', expiresAt, undefined],
      ['sealed', expiresAt, 'v1'],
      ['sealed', expiresAt, 'v1'],
    ]);
  });

  it('make one idempotency key for each write', async () => {
    const { secrets, calls } = recording();
    await secrets.set('a', 'value');
    await secrets.set('a', 'value');
    await secrets.delete('a');
    const keys = calls.map(({ ctx }) => ctx?.idempotencyKey);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(key).toMatch(/^[\da-f-]{36}$/);
  });

  it.each([
    ['an empty value', ['a', '']],
    ['no value', ['a']],
    ['a number', ['a', 5]],
    ['a lone surrogate', ['a', 'CANARY\ud800']],
    ['a mapped secret', ['a', seal('5').map(Number)]],
    ['an invalid expiry', ['a', 'CANARY', { expiresAt: new Date('never') }]],
    ['an expiry that is not a date', ['a', 'CANARY', { expiresAt: 5 }]],
    ['an unknown option', ['a', 'CANARY', { expires: new Date() }]],
    ['a malformed name', ['', 'CANARY']],
  ])('refuse %s before any call, without quoting it', async (_, args) => {
    const { secrets, calls } = recording();
    const error = await secrets.set(...(args as [string, string])).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(inspect(error)).not.toContain('CANARY');
    expect(calls).toHaveLength(0);
  });

  it('are unsupported if the backend cannot write', async () => {
    const secrets = createSecrets<SecretProvider>(readOnly);
    await expect(secrets.set('a', 'value')).rejects.toMatchObject({
      code: 'unsupported',
      operation: 'set',
      ref: { name: 'a' },
    });
    await expect(secrets.delete('a')).rejects.toMatchObject({ code: 'unsupported', operation: 'delete' });
    expect((['getMany', 'list', 'set', 'delete'] as const).map(secrets.can)).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect((['getMany', 'list', 'set', 'delete'] as const).map(recording().secrets.can)).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('peek and invalidate', () => {
  it('use the memory of the stack', () => {
    const { secrets, invalidate, calls } = recording();
    expect(secrets.peek('held')?.reveal()).toBe('held');
    expect(secrets.peek({ name: 'held' })?.reveal()).toBe('held');
    expect(secrets.peek('a')).toBeUndefined();
    secrets.invalidate('a');
    secrets.invalidate();
    expect(invalidate).toHaveBeenNthCalledWith(1, { name: 'a' });
    expect(invalidate).toHaveBeenNthCalledWith(2, undefined);
    expect(calls).toHaveLength(0);
  });

  it('do nothing without a memory', () => {
    const secrets = createSecrets(readOnly);
    expect(secrets.peek('a')).toBeUndefined();
    expect(() => secrets.invalidate()).not.toThrow();
  });
});

describe('scoped', () => {
  const acme = { account: 'acct_acme' };

  it('passes its scope on in every call', async () => {
    const { secrets, calls, invalidate } = recording();
    const tenant = secrets.scoped(acme);
    await tenant.get('a');
    await tenant.getMany({ a: 'a', b: { name: 'b', scope: { user: 'usr_1' } } });
    await tenant.set('a', 'value');
    await tenant.delete('a');
    await tenant.list()[Symbol.asyncIterator]().next();
    await tenant
      .list({ scope: { user: 'usr_1' } })
      [Symbol.asyncIterator]()
      .next();
    tenant.invalidate();
    tenant.invalidate('a');
    const scopes = calls.flatMap(({ refs, query }) => [
      ...refs.map(({ scope }) => scope),
      ...(query ? [query.scope] : []),
    ]);
    expect(scopes).toEqual([
      acme,
      acme,
      { ...acme, user: 'usr_1' },
      acme,
      acme,
      acme,
      { ...acme, user: 'usr_1' },
    ]);
    expect(invalidate).toHaveBeenNthCalledWith(1, { scope: acme });
    expect(invalidate).toHaveBeenNthCalledWith(2, { name: 'a', scope: acme });
  });

  it.each([
    ['another account', { account: 'acct_other' }],
    ['another account beside a user', { account: 'acct_other', user: 'usr_1' }],
    ['an account that failed to load', { account: undefined }],
  ])('refuses %s in every call, before any I/O', async (_, scope) => {
    const { secrets, calls } = recording();
    const tenant = secrets.scoped(acme);
    const ref = { name: 'a', scope } as SecretRef;
    expect(await outcome(tenant.get(ref))).toBe('invalid_argument');
    expect(await outcome(tenant.getMany({ a: 'a', b: ref }))).toBe('invalid_argument');
    expect(await outcome(tenant.getManySettled({ a: 'a', b: ref }))).toBe('invalid_argument');
    expect(await outcome(tenant.set(ref, 'value'))).toBe('invalid_argument');
    expect(await outcome(tenant.delete(ref))).toBe('invalid_argument');
    expect(await outcome(tenant.list({ scope: ref.scope! })[Symbol.asyncIterator]().next())).toBe(
      'invalid_argument',
    );
    for (const call of [
      () => tenant.peek(ref),
      () => tenant.invalidate(ref),
      () => tenant.scoped(ref.scope!),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    }
    expect(calls).toHaveLength(0);
  });

  it('may be narrowed and not changed', async () => {
    const { secrets, calls } = recording();
    const user = secrets.scoped(acme).scoped({ user: 'usr_1' });
    await user.get('a');
    await user.get({ name: 'a', scope: { ...acme, user: 'usr_1' } });
    expect(calls.map(({ refs }) => refs[0]?.scope)).toEqual([
      { ...acme, user: 'usr_1' },
      { ...acme, user: 'usr_1' },
    ]);
    expect(await outcome(user.get({ name: 'a', scope: { user: 'usr_2' } }))).toBe('invalid_argument');
  });

  it("without an account is limited to the provider's default account", async () => {
    const canonical = ({ name, scope }: SecretRef): SecretRef => ({
      name,
      scope: { account: 'acct_default', ...scope },
    });
    const { secrets, calls } = recording({ canonical });
    const user = secrets.scoped({ user: 'usr_1' });
    expect(await outcome(user.get({ name: 'a', scope: { account: 'acct_other' } }))).toBe('invalid_argument');
    expect(calls).toHaveLength(0);
    await user.get({ name: 'a', scope: { account: 'acct_default' } });
    expect(calls).toHaveLength(1);
  });

  it.each([
    {},
    undefined,
    null,
    'acct_1',
    { account: undefined },
    { account: null },
    { account: '' },
    { user: '' },
    { acount: 'a' },
    { account: 'a', user: undefined },
  ])('refuses %j', (scope) => {
    expect(() => recording().secrets.scoped(scope as never)).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    );
  });

  it('cannot close the stack, and is closed with it', async () => {
    const { secrets } = recording();
    const tenant = secrets.scoped(acme);
    expect(Object.keys(tenant)).not.toContain('close');
    expect(Symbol.asyncDispose in tenant).toBe(false);
    await secrets.close();
    expect(await outcome(tenant.get('a'))).toBe('closed');
  });
});

describe('close', () => {
  it('disposes the stack once, and closes later calls', async () => {
    const dispose = vi.fn(async () => undefined);
    const { secrets, calls } = recording({ [Symbol.asyncDispose]: dispose });
    await secrets.close();
    await secrets[Symbol.asyncDispose]();
    expect(dispose).toHaveBeenCalledTimes(1);
    const later = [
      secrets.get('a'),
      secrets.require('a'),
      secrets.getMany({ a: 'a' }),
      secrets.set('a', 'value'),
      secrets.delete('a'),
      secrets.list()[Symbol.asyncIterator]().next(),
    ];
    for (const call of later) expect(await outcome(call)).toBe('closed');
    expect(() => secrets.peek('held')).toThrow(expect.objectContaining({ code: 'closed' }));
    expect(calls).toHaveLength(0);
  });

  it('that fails rejects without a quoted message', async () => {
    const { secrets } = recording({ [Symbol.asyncDispose]: () => Promise.reject(new Error('CANARY')) });
    const error = await secrets.close().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unknown', provider: 'recording' });
    expect(inspect(error)).not.toContain('CANARY');
  });

  it('resolves if there is nothing to release', async () => {
    await expect(createSecrets(readOnly).close()).resolves.toBeUndefined();
  });
});

describe('createSecrets', () => {
  it.each([undefined, null, {}, { get: () => undefined }, Promise.resolve(readOnly)])(
    'refuses %j, which is not a provider',
    (thing) => {
      expect(() => createSecrets(thing as never)).toThrow(
        /^createSecrets: provider must have a name and a get method/,
      );
    },
  );

  it.each([
    [{ authCooldownMs: -1 }, RangeError, /^createSecrets: authCooldownMs must be/],
    [{ authCooldownMs: '5' }, TypeError, /^createSecrets: authCooldownMs must be/],
    [{ cooldown: 5 }, TypeError, /^createSecrets: unknown option "cooldown"/],
    [5, TypeError, /^createSecrets: options must be an object, got number/],
  ])('refuses the options %j', (options, errorClass, message) => {
    expect(() => createSecrets(readOnly, options as never)).toThrow(errorClass);
    expect(() => createSecrets(readOnly, options as never)).toThrow(message);
  });

  it('returns a client that does not show the provider when it is printed', () => {
    const store: SecretProvider & { cached: string } = { ...readOnly, cached: 'CANARY' };
    expect(inspect(createSecrets(store), { depth: null, showHidden: true })).not.toContain('CANARY');
  });

  it('returns a client with bound methods', async () => {
    const { get, getMany, require: required } = recording().secrets;
    expect(await outcome(get('a'))).toBe(await outcome(required('a')));
    expect((await getMany({ a: 'a' })).a).toBeDefined();
  });
});

describe('a client within the default account', () => {
  const account = (ref: { readonly scope?: { readonly account?: string } }) =>
    ref.scope?.account ?? 'acct_own';
  const owned: SecretProvider = {
    name: 'owned',
    get: async (ref) => seal(account(ref)),
    canonical: (ref) => ({ ...ref, scope: { ...ref.scope, account: account(ref) } }),
  };

  it('accepts that account, and no other', async () => {
    const user = createSecrets(owned).scoped({ user: 'usr_1' });
    expect((await user.require({ name: 'x', scope: { account: 'acct_own' } })).reveal()).toBe('acct_own');
    await expect(user.get({ name: 'x', scope: { account: 'acct_other' } })).rejects.toThrow(
      /^invalid_argument: scope\.account must be that of this client \(acct_own\)/,
    );
  });

  it('accepts any account if the provider has no default', async () => {
    const folding = createSecrets({ ...owned, canonical: ({ name }) => ({ name: name.toUpperCase() }) });
    const user = folding.scoped({ user: 'usr_1' });
    expect((await user.require({ name: 'x', scope: { account: 'acct_other' } })).reveal()).toBe('acct_other');
    const named = createSecrets(owned).scoped({ account: 'acct_2' });
    expect((await named.require({ name: 'x', scope: { user: 'usr_1' } })).reveal()).toBe('acct_2');
  });
});

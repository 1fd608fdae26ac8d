import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outcome, revealed } from '../../test/revealed.js';
import { type CachedReader, type SecretProvider, settled } from '../contract/provider.js';
import { refKey, type SecretRef, type SecretScope } from '../contract/ref.js';
import { isSecret, type Secret, seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';
import type { SecretInput } from './fields.js';
import type { ScopedSecrets, SecretsReader } from './secrets.js';

setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc') as () => void; // the flag defines it

const json = '{"password":"CANARY","user":"app"}';

/** A stack that holds a value of its own for every ref in memory, and records its calls. */
function setUp(valueOf: (ref: SecretRef) => string = refKey) {
  const seen: string[] = [];
  const held = new Map<string, { secret: Secret; settled: Promise<Secret> }>();
  const heldOf = (ref: SecretRef): { secret: Secret; settled: Promise<Secret> } => {
    const secret = seal(valueOf(ref));
    const entry = held.get(refKey(ref)) ?? { secret, settled: settled(secret) };
    held.set(refKey(ref), entry);
    return entry;
  };
  const provider: SecretProvider = {
    name: 'holding',
    get(ref) {
      seen.push('get');
      return heldOf(ref).settled;
    },
    listVersions: async () => [],
    canonical: ({ name, scope, ...rest }) => ({ ...rest, name, scope: { account: 'acct_own', ...scope } }),
    memory: {
      cached(ref): CachedReader {
        seen.push('cached');
        return (touch) => {
          seen.push(touch ? 'read' : 'look');
          return heldOf(ref);
        };
      },
    },
  };
  return { secrets: createSecrets(provider), provider, seen, held };
}

const tenant = (at: number): SecretScope => ({ account: `acct_${at}`, user: `usr_${at}` });
type Read = (secrets: SecretsReader, scope: SecretScope) => unknown;

const reads: readonly (readonly [string, Read])[] = [
  ['get of a ref', (secrets, scope) => secrets.get({ name: 'a', scope })],
  ['require of a ref', (secrets, scope) => secrets.require({ name: 'a', scope })],
  ['get of a client for the scope', (secrets, scope) => secrets.scoped(scope).get('a')],
  [
    'get of a client for the account, then the user',
    ({ scoped }, { account, user }) =>
      scoped({ account: account ?? '' })
        .scoped({ user: user ?? '' })
        .get('a'),
  ],
  [
    'get of a ref with the user, within the account',
    ({ scoped }, { account, user }) =>
      scoped({ account: account ?? '' }).get({ name: 'a', scope: { user: user ?? '' } }),
  ],
];

describe('a second read of a tenant', () => {
  it.each(reads)('returns the promise of the memory itself: %s', async (_, read) => {
    const { secrets, seen, held } = setUp();
    await read(secrets, tenant(1));
    seen.length = 0;
    expect(read(secrets, tenant(1))).toBe(held.get(refKey({ name: 'a', scope: tenant(1) }))?.settled);
    expect(seen).toEqual(['cached', 'read']);
    await read(secrets, tenant(1));
    expect(seen).toEqual(['cached', 'read', 'read']);
  });

  it.each(reads)('has its own value: %s', async (_, read) => {
    const { secrets } = setUp();
    for (let round = 0; round < 3; round += 1) {
      for (const at of [1, 2, 3]) {
        const secret = await read(secrets, tenant(at));
        expect(isSecret(secret) && secret.reveal()).toBe(refKey({ name: 'a', scope: tenant(at) }));
      }
    }
  });

  it('is served from memory by peek and by a batch', async () => {
    const { secrets, seen } = setUp();
    const ref = { name: 'a', scope: tenant(1) };
    await secrets.get(ref);
    await secrets.scoped(tenant(1)).getMany({ b: 'b' });
    seen.length = 0;
    expect(revealed(secrets.peek({ ...ref }))).toBe(refKey(ref));
    expect(seen.splice(0)).toEqual(['cached', 'look']);
    const batch = await secrets.scoped(tenant(1)).getMany({ one: 'a', other: { name: 'b' } });
    expect([batch.one, batch.other].map(revealed)).toEqual(
      ['a', 'b'].map((name) => refKey({ ...ref, name })),
    );
    expect(seen).toEqual(['look', 'cached', 'look', 'read', 'read']);
  });

  it('keeps its shortcut while thousands of other tenants pass', async () => {
    const { secrets, seen } = setUp();
    for (let at = 0; at < 30_000; at += 1) {
      secrets.scoped(tenant(at));
      if (at % 1_000 === 0) await secrets.get({ name: 'a', scope: tenant(0) });
    }
    expect(seen.filter((call) => call === 'cached')).toHaveLength(1);
  });

  it('is closed after closing', async () => {
    const { secrets } = setUp();
    for (let at = 0; at < 2; at += 1) for (const [, read] of reads) await read(secrets, tenant(1));
    const closing = secrets.close();
    for (const [, read] of reads) {
      expect(await outcome((async () => read(secrets, tenant(1)))())).toBe('closed');
    }
    await closing;
  });
});

describe('a second read of a field', () => {
  it('is served from memory, and sealed once', async () => {
    const { secrets, seen } = setUp(() => json);
    const field = () => secrets.require({ name: 'db', scope: tenant(1), field: 'password' });
    for (let at = 0; at < 2; at += 1) expect((await field()).reveal()).toBe('CANARY');
    seen.length = 0;
    expect(await field()).toBe(await field());
    expect(seen).toEqual(['read', 'read']);
    expect(revealed(secrets.peek({ name: 'db', scope: tenant(1), field: 'user' }))).toBe('app');
  });

  it('counts as one use, also the first time', async () => {
    const { secrets, seen } = setUp(() => json);
    for (const field of ['password', 'user', 'password', 'missing']) {
      seen.length = 0;
      await secrets.get({ name: 'db', field });
      expect(seen.filter((call) => call === 'get' || call === 'read')).toHaveLength(1);
    }
  });

  it('is served in a batch with others of the same secret', async () => {
    const { secrets, seen } = setUp(() => json);
    const refs = {
      user: { name: 'db', field: 'user' },
      all: 'db',
      password: { name: 'db', field: 'password' },
    };
    for (let at = 0; at < 3; at += 1) {
      seen.length = 0;
      const { user, all, password } = await secrets.getMany(refs);
      expect([user, all, password].map(revealed)).toEqual(['app', json, 'CANARY']);
    }
    expect(seen).toEqual(['look', 'look', 'look', 'read', 'read', 'read']);
  });

  it('has the new value once the memory has', async () => {
    let value = json;
    const { secrets } = setUp();
    const provider: SecretProvider = {
      name: 'changing',
      get: async () => seal(value),
      memory: {
        cached: () => () => {
          const secret = seal(value);
          return { secret, settled: settled(secret) };
        },
      },
    };
    const changing = createSecrets(provider);
    const read = async (): Promise<unknown> => outcome(changing.get({ name: 'db', field: 'password' }));
    expect([await read(), await read(), await read()]).toEqual(['CANARY', 'CANARY', 'CANARY']);
    value = '{"password":"next"}';
    expect(await read()).toBe('next');
    value = 'no JSON';
    expect(await read()).toBe('invalid_data');
    await secrets.close();
  });
});

class Ref {
  name = 'a';
  scope = tenant(1);
}
const unfit: readonly (readonly [string, unknown])[] = [
  ['an account that is undefined', { name: 'a', scope: { account: undefined, user: 'usr_1' } }],
  ['an account that is null', { name: 'a', scope: { account: null, user: 'usr_1' } }],
  ['an account that is empty', { name: 'a', scope: { account: '', user: 'usr_1' } }],
  ['an account that is a number', { name: 'a', scope: { account: 1 } }],
  ['a user that is undefined', { name: 'a', scope: { account: 'acct_1', user: undefined } }],
  ['a user that is null', { name: 'a', scope: { account: 'acct_1', user: null } }],
  ['a user that is empty', { name: 'a', scope: { account: 'acct_1', user: '' } }],
  ['a scope that is undefined', { name: 'a', scope: undefined }],
  ['a scope that is null', { name: 'a', scope: null }],
  ['a scope that is a text', { name: 'a', scope: 'acct_1' }],
  ['a scope with another field', { name: 'a', scope: { ...tenant(1), team: 'x' } }],
  ['a scope of a class', { name: 'a', scope: Object.assign(new Ref(), tenant(1)) }],
  ['a version that is undefined', { name: 'a', version: undefined }],
  ['a version that is empty', { name: 'a', version: '' }],
  ['a field that is undefined', { name: 'a', field: undefined }],
  ['a field that is empty', { name: 'a', field: '' }],
  ['a field that is a number', { name: 'a', field: 1 }],
  ['another field', { name: 'a', fresh: true }],
  ['a ref of a class', new Ref()],
  ['an array', ['a']],
  ['a name that is a ref', { name: { name: 'a' }, scope: tenant(1) }],
  ['no name', { scope: tenant(1) }],
];

describe('an input that differs from one in memory', () => {
  it.each(unfit)('is refused by every read: %s', async (_, input) => {
    const { secrets, seen } = setUp(() => json);
    const refs = [
      'a',
      { name: 'a' },
      { name: 'a', scope: tenant(1) },
      { name: 'a', scope: { account: 'acct_1' } },
    ];
    for (const ref of [...refs, { name: 'a', scope: { user: 'usr_1' } }, { name: 'a', field: 'user' }]) {
      for (let at = 0; at < 2; at += 1) await secrets.get(ref);
    }
    seen.length = 0;
    const given = input as SecretInput;
    expect(await outcome(secrets.get(given))).toBe('invalid_argument');
    expect(await outcome(secrets.require(given))).toBe('invalid_argument');
    expect(await outcome(secrets.getMany({ given }))).toBe('invalid_argument');
    expect(() => secrets.peek(given)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
    expect(seen).not.toContain('get');
  });

  it.each([
    ['no field', {}],
    ['undefined', undefined],
    ['an account that is undefined', { account: undefined }],
    ['a user that is null', { account: 'acct_1', user: null }],
    ['an empty user', { account: 'acct_1', user: '' }],
    ['another field', { account: 'acct_1', name: 'a' }],
  ])('is refused as the scope of a client: %s', (_, scope) => {
    const { secrets } = setUp();
    secrets.scoped({ account: 'acct_1' });
    secrets.scoped(tenant(1));
    for (const client of [secrets, secrets.scoped({ account: 'acct_1' })]) {
      expect(() => client.scoped(scope as never)).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      );
    }
  });

  it('does not change a field of the scope, however often it was used', async () => {
    const { secrets } = setUp();
    const other = { name: 'a', scope: { account: 'acct_2' } };
    for (let at = 0; at < 2; at += 1) {
      await secrets.get(other);
      secrets.scoped(other.scope);
      const client = secrets.scoped({ account: 'acct_1' });
      expect(await outcome(client.get(other))).toBe('invalid_argument');
      expect(() => client.scoped(other.scope)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
      const user = secrets.scoped({ user: 'usr_1' }); // of the provider's default account
      expect(await outcome(user.get(other))).toBe('invalid_argument');
      expect(await outcome(user.get({ name: 'a', scope: { account: 'acct_own' } }))).toMatch(/a$/);
    }
  });

  it('is that of the moment of the call, whatever happens to the object', async () => {
    const { secrets } = setUp();
    const scope = { account: 'acct_1', user: 'usr_1' };
    const ref = { name: 'a', scope };
    const client = secrets.scoped(scope);
    for (let at = 0; at < 2; at += 1) await secrets.get(ref);
    scope.account = 'acct_2';
    expect(await outcome(secrets.get(ref))).toBe(
      refKey({ name: 'a', scope: { account: 'acct_2', user: 'usr_1' } }),
    );
    expect(await outcome(client.get('a'))).toBe(refKey({ name: 'a', scope: tenant(1) }));
    ref.name = 'b';
    expect(await outcome(secrets.get(ref))).toBe(refKey({ name: 'b', scope }));
  });
});

describe('a field that somebody added to Object.prototype', () => {
  it.each<[string, unknown]>([
    ['name', 'polluted'],
    ['account', 'polluted'],
    ['user', 'polluted'],
    ['scope', { account: 'polluted' }],
    ['version', 'polluted'],
    ['field', 'polluted'],
  ])('becomes no part of a ref: %s', async (key, value) => {
    const seen: string[] = [];
    const secrets = createSecrets({
      name: 'recording',
      async get(ref) {
        seen.push(refKey(ref)); // an own empty scope hides one of the prototype
        return seal('value');
      },
      listVersions: async () => [],
    });
    const given: SecretInput[] = [
      'a',
      { name: 'a' },
      { name: 'a', scope: { user: 'u' } },
      { name: 'a', version: '1' },
    ];
    const scopes = [{ account: 'acct_1' }, { user: 'usr_1' }];
    const codes: unknown[] = [];
    Object.defineProperty(Object.prototype, key, {
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
    try {
      for (const input of [...given, ...given]) codes.push(await outcome(secrets.get(input)));
      for (const scope of [...scopes, ...scopes]) codes.push(await outcome(secrets.scoped(scope).get('a')));
      codes.push(await outcome(secrets.get({ scope: { user: 'u' } } as never)));
    } finally {
      Reflect.deleteProperty(Object.prototype, key);
    }
    const expected = [...given, ...given].map((ref) => (typeof ref === 'string' ? { name: ref } : ref));
    const inScopes = [...scopes, ...scopes].map((scope) => ({ name: 'a', scope }));
    expect(seen).toEqual([...expected, ...inScopes].map(refKey));
    expect(codes.pop()).toBe('invalid_argument');
    expect(codes).toEqual([...expected, ...inScopes].map(() => 'value'));
  });
});

describe('a client that was used before', () => {
  const text = fc.constantFrom('a', 'b', 'a/b', '/', '-', '1:a', '1', '', 'a\u0000', undefined, null, 7);
  const scope = fc.option(
    fc.record({ account: text, user: text, team: fc.constant('x') }, { requiredKeys: [] }),
    { nil: undefined },
  );
  const parts = { name: text, scope, version: text, field: text };
  const input = fc.oneof(text, fc.record(parts, { requiredKeys: ['name'] }));
  const within = fc.array(fc.record({ account: text, user: text }, { requiredKeys: [] }), { maxLength: 2 });

  it('answers as a new one', async () => {
    const valueOf = (ref: SecretRef): string => JSON.stringify({ a: refKey(ref), b: '1' });
    const answers = async (
      secrets: ScopedSecrets,
      scopes: readonly unknown[],
      given: unknown,
    ): Promise<unknown> => {
      try {
        const client = scopes.reduce<ScopedSecrets>((outer, inner) => outer.scoped(inner as never), secrets);
        const one = await outcome(client.get(given as SecretInput));
        const { each } = await client
          .getManySettled({ each: given as SecretInput })
          .catch(() => ({ each: undefined }));
        return [one, revealed(each)];
      } catch (error) {
        return outcome(Promise.reject(error));
      }
    };
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(within, input), { minLength: 1, maxLength: 12 }), async (calls) => {
        const used = setUp(valueOf).secrets;
        for (const [scopes, given] of [...calls, ...calls, ...calls]) {
          const expected = await answers(setUp(valueOf).secrets, scopes, given);
          expect(await answers(used, scopes, given)).toEqual(expected);
        }
      }),
      { numRuns: 300, seed: 42 },
    );
  });
});

describe('the memory of a client', () => {
  const turn = async (): Promise<void> =>
    new Promise((resolve) => {
      setImmediate(resolve); // a WeakRef keeps its target until the turn ends
    });

  it.each<[string, Read]>([
    ['refs', (secrets, scope) => secrets.get({ name: 'a', scope })],
    ['clients', (secrets, scope) => secrets.scoped(scope).get('a')],
    [
      'users of one account',
      (secrets, { user }) =>
        secrets.scoped({ account: 'acct' }).get({ name: 'a', scope: { user: user ?? '' } }),
    ],
  ])(
    'keeps the tenants of late, and never all that it has seen: %s',
    { timeout: 60_000 },
    async (_, read) => {
      const scopes: WeakRef<object>[] = [];
      const secret = seal('value');
      const secrets = createSecrets({
        name: 'endless',
        get: async ({ scope }) => {
          scopes.push(new WeakRef(scope ?? {}));
          return secret;
        },
      });
      const aliveAfter = async (count: number): Promise<number> => {
        for (let at = scopes.length; at < count; at += 1) await read(secrets, tenant(at));
        await turn();
        collect();
        return scopes.filter((scope) => scope.deref() !== undefined).length;
      };
      const after = [await aliveAfter(30_000), await aliveAfter(45_000)];
      expect(Math.max(...after)).toBeLessThan(20_000);
      expect(Math.min(...after)).toBeGreaterThan(2_500);
      await secrets.close();
    },
  );
});

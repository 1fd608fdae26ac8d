import { describe, expect, it } from 'vitest';
import { outcome, revealed } from '../../test/revealed.js';
import type { SecretProvider } from '../contract/provider.js';
import { refKey, type SecretRef } from '../contract/ref.js';
import { seal } from '../contract/secret.js';
import { isSecretError } from '../contract/secret-error.js';
import { guard } from '../kernel/guard.js';
import { createSecrets } from './create-secrets.js';

/** A store that holds the key of each ref as its value, and records the key of each ref that it is asked about. */
function recording({ hasVersions = true, hasMany = true } = {}) {
  const asked: string[] = [];
  const invalidated: unknown[] = [];
  const provider: SecretProvider = {
    name: 'store',
    async get(ref) {
      asked.push(refKey(ref));
      return seal(refKey(ref));
    },
    ...(hasMany && {
      async getMany(refs) {
        asked.push(...refs.map(refKey));
        return refs.map((ref) => seal(refKey(ref)));
      },
    }),
    async set(ref) {
      asked.push(refKey(ref));
      return { version: '2' };
    },
    async compareAndSet(ref) {
      asked.push(refKey(ref));
      return { version: '2' };
    },
    async delete(ref) {
      asked.push(refKey(ref));
    },
    ...(hasVersions && {
      async listVersions(ref) {
        asked.push(refKey(ref));
        return [{ version: '2', stages: ['current'] }, { version: '1' }];
      },
    }),
    canonical: ({ name, scope }) => ({ name: name.toLowerCase(), ...(scope && { scope }) }), // it knows no versions
    memory: {
      cached: (ref) => () => ({ secret: seal(refKey(ref)) }),
      invalidate: (target) => void invalidated.push(target),
      subscribe: () => () => undefined,
    },
  };
  return { provider, asked, invalidated, secrets: createSecrets(provider) };
}

const old: SecretRef = { name: 'a', version: '1' };
const codeOf = (answer: unknown): unknown => (isSecretError(answer) ? answer.code : 'none');

describe('a ref with a version', () => {
  it('reaches the provider, in a read of one and of several', async () => {
    const { secrets, asked } = recording();
    expect(await outcome(secrets.get(old))).toBe(refKey(old));
    const { one, two, now } = await secrets.getMany({ one: old, two: { name: 'a', version: '2' }, now: 'a' });
    expect([one, two, now].map(revealed)).toEqual(
      [old, { name: 'a', version: '2' }, { name: 'a' }].map(refKey),
    );
    expect(new Set(asked).size).toBe(3);
    expect(secrets.peek(old)?.reveal()).toBe(refKey(old));
  });

  it('keeps it in a narrowed scope', async () => {
    const { secrets } = recording();
    const scoped = secrets.scoped({ account: 'acct_1' });
    const expected = refKey({ ...old, scope: { account: 'acct_1', user: 'usr_1' } });
    expect(await outcome(scoped.get({ ...old, scope: { user: 'usr_1' } }))).toBe(expected);
    expect(await outcome(scoped.scoped({ user: 'usr_1' }).get(old))).toBe(expected);
  });

  it('keeps it in the canonical ref of a provider that drops it', () => {
    const { provider } = recording();
    const { canonical } = guard(provider);
    expect(canonical?.({ name: 'A', version: '1' })).toEqual(old);
    expect(canonical?.({ name: 'A' })).toEqual({ name: 'a' });
  });

  it('is frozen and shown in errors', async () => {
    const secrets = createSecrets({
      name: 'store',
      get: async () => undefined,
      listVersions: async () => [],
    });
    const error = await secrets.require({ ...old, scope: { user: 'u' } }).catch((thrown: unknown) => thrown);
    expect((error as Error).message).toContain('"a" (version 1, user u)');
    expect(error).toMatchObject({ code: 'not_found', ref: { version: '1' } });
  });

  it.each([
    ['empty', ''],
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['with a control character', 'CANARY\n'],
    ['with a lone surrogate', 'CANARY\ud800'],
  ])('must not have one that is %s', async (_, version) => {
    const { secrets, asked } = recording();
    const error = await secrets.get({ name: 'a', version } as never).catch((thrown: unknown) => thrown);
    expect([codeOf(error), (error as Error).message]).toEqual([
      'invalid_argument',
      expect.stringContaining('version must'),
    ]);
    expect((error as Error).message).not.toContain('CANARY');
    expect(asked).toEqual([]);
  });

  it.each(['set', 'compareAndSet', 'delete', 'listVersions'] as const)(
    'is refused by %s, which is about all versions',
    async (method) => {
      for (const [store, code] of [
        [recording(), 'invalid_argument'],
        [recording({ hasVersions: false }), 'unsupported'],
      ] as const) {
        const calls = {
          set: () => store.secrets.set(old, 'value'),
          compareAndSet: () => store.secrets.compareAndSet(old, 'value', '1'),
          delete: () => store.secrets.delete(old),
          listVersions: () => store.secrets.listVersions(old),
        };
        expect(await outcome(calls[method]())).toBe(code);
        expect(store.asked).toEqual([]);
      }
    },
  );

  it('is invalidated by its name', () => {
    const { secrets, invalidated } = recording();
    secrets.invalidate({ ...old, scope: { user: 'usr_1' } });
    secrets.invalidate({ ...old, field: 'password' });
    expect(invalidated).toEqual([{ name: 'a', scope: { user: 'usr_1' } }, { name: 'a' }]);
  });
});

describe('without listVersions, a ref with a version', () => {
  it.each(['get', 'require', 'use'] as const)('is unsupported, without a call, for %s', async (method) => {
    const { secrets, asked } = recording({ hasVersions: false });
    const call = method === 'use' ? secrets.use(old, () => 'ran') : secrets[method](old);
    expect(await outcome(call)).toBe('unsupported');
    expect(asked).toEqual([]);
  });

  it.each([true, false])('is unsupported in its place of a batch (with getMany: %s)', async (hasMany) => {
    const { secrets, provider, asked } = recording({ hasVersions: false, hasMany });
    const refs = { old, now: 'a', same: old, other: 'b' };
    const answers = await secrets.getManySettled(refs);
    expect(Object.values(answers).map(revealed)).toEqual([
      'failed: unsupported',
      'a',
      'failed: unsupported',
      'b',
    ]);
    expect(asked).toEqual(['a', 'b']);
    expect(await outcome(secrets.getMany({ now: 'a', old }))).toBe('unsupported');
    asked.length = 0;
    await secrets.getManySettled({ old, other: { name: 'b', version: '1' } });
    const ofGuard = (await guard(provider).getMany?.([old, { name: 'b', version: '1' }], {})) ?? [];
    expect(ofGuard.map(codeOf)).toEqual(hasMany ? ['unsupported', 'unsupported'] : []);
    expect(asked).toEqual([]);
  });

  it('is not in memory, and has no changes', () => {
    const { secrets } = recording({ hasVersions: false });
    expect(secrets.peek('a')?.reveal()).toBe('a');
    expect(secrets.peek(old)).toBeUndefined();
    const unsupported = expect.objectContaining({ code: 'unsupported' }) as unknown;
    expect(() => secrets.onChange(old, () => undefined)).toThrow(unsupported);
    expect(() => secrets.watch(['a', old], { everyMs: 1_000 })).toThrow(unsupported);
  });
});

describe('listVersions', () => {
  it('returns the versions, and is a capability', async () => {
    const { secrets } = recording();
    expect(await secrets.listVersions('A')).toEqual([
      { version: '2', stages: ['current'] },
      { version: '1' },
    ]);
    const without = recording({ hasVersions: false }).secrets;
    expect([secrets.can('listVersions'), without.can('listVersions')]).toEqual([true, false]);
    expect(await outcome(without.listVersions('a'))).toBe('unsupported');
  });

  it('drops unknown fields, and copies dates and stages', async () => {
    const [createdAt, expiresAt, stages] = [new Date(1), new Date(2), ['current']];
    const version = { version: '1', stages, createdAt, expiresAt, value: 'CANARY' };
    const provider: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      listVersions: async () => [version],
    };
    const [copy] = await createSecrets(provider).listVersions('a');
    expect(copy).toEqual({ version: '1', stages: ['current'], createdAt, expiresAt });
    expect(copy?.createdAt).not.toBe(createdAt);
    expect(copy?.stages).not.toBe(stages);
  });

  it.each([
    undefined,
    'CANARY',
    [null],
    [{}],
    [{ version: '' }],
    [{ version: 5 }],
    [{ version: '1', stages: 'CANARY' }],
    [{ version: '1', stages: [5] }],
    [{ version: '1', createdAt: 'CANARY' }],
  ])('of another shape is invalid_data: %j', async (versions) => {
    const provider = { name: 'store', get: async () => undefined, listVersions: async () => versions };
    const error = await createSecrets(provider as never as SecretProvider)
      .listVersions('a')
      .catch((thrown: unknown) => thrown);
    expect(codeOf(error)).toBe('invalid_data');
    expect((error as Error).message).not.toContain('CANARY');
  });
});

describe('set', () => {
  it.each([
    [{ version: '2' }, { version: '2' }],
    [undefined, {}],
    [{}, {}],
    [{ version: 5 }, {}],
    ['CANARY', {}],
  ])('that returns %j has the result %j', async (returned, result) => {
    const provider = { name: 'store', get: async () => undefined, set: async () => returned };
    expect(await createSecrets(provider as never as SecretProvider).set('a', 'value')).toEqual(result);
  });
});

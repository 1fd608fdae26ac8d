import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { type SecretRef, seal } from '@secretkit/core/provider';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MemorySecretsOptions, memorySecrets } from './memory-secrets.js';

const start = 1_700_000_000_000;

function setUp(options: MemorySecretsOptions = {}) {
  const clock = { ms: start };
  const provider = memorySecrets({ now: () => clock.ms, ...options });
  return { clock, provider, secrets: createSecrets(provider) };
}

const namesOf = async (secrets: ReturnType<typeof setUp>['secrets'], scope?: { user: string }) => {
  const names: string[] = [];
  for await (const ref of secrets.list(scope ? { scope } : {})) names.push(ref.name);
  return names;
};

describe('a missing name that folds like another one', () => {
  const initial = [
    ['database-url', 'CANARY'],
    [{ name: 'a.b', scope: { user: 'usr_1' } }, 'CANARY'],
  ] as const;

  it.each([['DATABASE_URL'], ['database_url'], ['Database.Url']])(
    'is missing, and %s names the other one',
    async (name) => {
      const { secrets } = setUp({ initial });
      expect(await secrets.get(name)).toBeUndefined();
      const error: unknown = await secrets.require(name).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'not_found', message: expect.stringContaining('"database-url"') });
      expect(inspect(error)).not.toContain('CANARY');
    },
  );

  it.each<[string, SecretRef]>([
    ['its own name', { name: 'database-url' }],
    ['a name that folds to another', { name: 'databaseurl' }],
    ['another scope', { name: 'DATABASE_URL', scope: { account: 'acct_1' } }],
    ['the default scope', { name: 'A_B' }],
  ])('is explained for no other ref: %s', (_, ref) => {
    expect(setUp({ initial }).provider.memory.explain?.(ref)).toEqual({ state: 'absent' });
  });

  it('is explained within its scope, with what was written, and not with what has expired', async () => {
    const { provider, secrets, clock } = setUp({ initial });
    expect(provider.memory.explain?.({ name: 'A_B', scope: { user: 'usr_1' } })).toEqual({
      state: 'absent',
      similar: 'a.b',
    });
    await secrets.set('new-one', 'value', { expiresAt: new Date(start + 10) });
    expect(provider.memory.explain?.({ name: 'NEW_ONE' })).toEqual({ state: 'absent', similar: 'new-one' });
    clock.ms += 10;
    expect(provider.memory.explain?.({ name: 'NEW_ONE' })).toEqual({ state: 'absent' });
  });
});

describe('values', () => {
  it('are stored unchanged, with any name', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
    const name = text.filter((candidate) => !/\p{Cc}/u.test(candidate));
    await fc.assert(
      fc.asyncProperty(name, text, async (key, value) => {
        const { secrets } = setUp();
        await secrets.set(key, value);
        expect((await secrets.require(key)).reveal() === value).toBe(true);
      }),
      { seed: 1 },
    );
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may have the name of an inherited property: %s',
    async (name) => {
      const { secrets } = setUp();
      expect(await secrets.get(name)).toBeUndefined();
      await secrets.set(name, 'value');
      expect((await secrets.require(name)).reveal()).toBe('value');
      expect(await namesOf(secrets)).toEqual([name]);
    },
  );

  it.each([Promise.resolve({ a: 'value' }), new Date(), /a/])(
    'of the option initial must not be %s',
    (initial) => {
      expect(() => memorySecrets({ initial: initial as never })).toThrow(/initial must be .*, got /);
    },
  );

  it('of the option initial are there from the start, by name or by ref', async () => {
    const byName = setUp({ initial: { a: 'value-a', b: seal('value-b') } }).secrets;
    expect((await byName.require('b')).reveal()).toBe('value-b');
    const pairs = [
      ['a', 'value-a'],
      [{ name: 'a', scope: { user: 'usr_1' } }, 'of usr_1'],
    ] as const;
    for (const initial of [pairs, new Map<(typeof pairs)[number][0], string>(pairs)]) {
      const { secrets } = setUp({ initial });
      expect((await secrets.scoped({ user: 'usr_1' }).require('a')).reveal()).toBe('of usr_1');
    }
  });

  it('of one account and user are separate from others, in reads, writes, deletes and lists', async () => {
    const { secrets } = setUp();
    const scopes = [
      { account: 'a' },
      { user: 'a' },
      { account: 'a', user: 'a' },
      { account: 'a', user: 'b' },
    ];
    for (const scope of scopes) await secrets.scoped(scope).set('name', JSON.stringify(scope));
    await secrets.scoped(scopes[2]!).delete('name');
    const found = await Promise.all(scopes.map((scope) => secrets.scoped(scope).get('name')));
    expect(found.map((secret) => secret && (JSON.parse(secret.reveal()) as unknown))).toEqual([
      scopes[0],
      scopes[1],
      undefined,
      scopes[3],
    ]);
    expect(await secrets.get('name')).toBeUndefined();
    expect(await namesOf(secrets)).toEqual([]);
  });

  it('are replaced together with their expiry, and get a creation date', async () => {
    const { secrets, clock } = setUp();
    await secrets.set('a', 'old', { expiresAt: new Date(start + 1_000) });
    clock.ms += 500;
    await secrets.set('a', 'new');
    const secret = await secrets.require('a');
    expect([secret.reveal(), secret.expiresAt, secret.createdAt]).toEqual([
      'new',
      undefined,
      new Date(start + 500),
    ]);
  });
});

describe('an expiry', () => {
  it.each([
    { after: 999, there: true },
    { after: 1_000, there: false },
  ])('of 1000 ms, after $after ms: the secret exists: $there', async ({ after, there }) => {
    const { secrets, clock } = setUp();
    await secrets.set('a', 'value', { expiresAt: new Date(start + 1_000) });
    clock.ms += after;
    const { a } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([await secrets.get('a'), secrets.peek('a'), a].map(Boolean)).toEqual([there, there, there]);
    expect(await namesOf(secrets)).toEqual(there ? ['a'] : []);
  });

  it('that is not in the future is refused, and the old value is kept', async () => {
    const { secrets } = setUp({ initial: { a: 'value' } });
    const writing = secrets.set('a', 'new', { expiresAt: new Date(start) });
    await expect(writing).rejects.toMatchObject({ code: 'invalid_argument', ref: { name: 'a' } });
    expect((await secrets.require('a')).reveal()).toBe('value');
  });
});

describe('a list', () => {
  it('has every name once, over all pages', async () => {
    const { secrets, provider } = setUp({ pageSize: 10 });
    const names = Array.from({ length: 101 }, (_, i) => `name-${i}`);
    for (const name of names) await secrets.set(name, 'value');
    expect((await namesOf(secrets)).sort()).toEqual(names.sort());
    expect((await provider.list({ limit: 3 }, {})).refs).toHaveLength(3);
    expect((await provider.list({ limit: 99 }, {})).refs).toHaveLength(10);
  });

  it('neither skips nor repeats a name because of a write between two pages', async () => {
    const { secrets, provider } = setUp({ pageSize: 2 });
    for (const name of ['b', 'd', 'f', 'h']) await secrets.set(name, 'value');
    const { cursor } = await provider.list({}, {});
    await secrets.delete('b');
    await secrets.set('a', 'value');
    const { refs } = await provider.list({ cursor: cursor! }, {});
    expect(refs).toEqual([{ name: 'f' }, { name: 'h' }]);
  });

  it('of an empty memory is empty', async () => {
    expect(await namesOf(setUp().secrets)).toEqual([]);
  });
});

describe('maxPerScope', () => {
  it('refuses one more secret, but not a replacement, nor one after another has expired', async () => {
    const { secrets, clock } = setUp({ maxPerScope: 2 });
    await secrets.set('a', 'value');
    await secrets.set('b', 'value', { expiresAt: new Date(start + 1_000) });
    await expect(secrets.set('c', 'value')).rejects.toMatchObject({
      code: 'quota_exceeded',
      retryable: false,
    });
    await secrets.set('a', 'replaced');
    await secrets.scoped({ user: 'usr_1' }).set('c', 'value');
    clock.ms += 1_000;
    await secrets.set('c', 'value');
    expect(await namesOf(secrets)).toEqual(['a', 'c']);
  });
});

describe('versions', () => {
  const valueOf = async (secrets: ReturnType<typeof setUp>['secrets'], version?: string) =>
    (await secrets.get({ name: 'a', ...(version !== undefined && { version }) }))?.reveal();

  it('are made by each write, and are read by id or as current', async () => {
    const { secrets, clock } = setUp({ initial: { a: 'first' } });
    clock.ms += 1;
    const { version = '' } = await secrets.set('a', 'second');
    expect((await secrets.require('a')).version).toBe(version);
    const [newest, oldest, ...others] = await secrets.listVersions('a');
    expect(newest).toEqual({ version, stages: ['current'], createdAt: new Date(start + 1) });
    expect(oldest).toEqual({ version: expect.any(String), createdAt: new Date(start) });
    expect(others).toEqual([]);
    expect(await valueOf(secrets, oldest?.version)).toBe('first');
    expect([await valueOf(secrets), await valueOf(secrets, version)]).toEqual(['second', 'second']);
    expect([await valueOf(secrets, 'current'), await valueOf(secrets, 'none')]).toEqual([
      'second',
      undefined,
    ]);
    const { old, now } = await secrets.getMany({ old: { name: 'a', version: oldest!.version }, now: 'a' });
    expect([old?.reveal(), now?.reveal()]).toEqual(['first', 'second']);
    expect(secrets.peek({ name: 'a', version: oldest!.version })?.reveal()).toBe('first');
    expect(await namesOf(secrets)).toEqual(['a']);
  });

  it('keep the id that the option initial gives', async () => {
    const { secrets } = setUp({ initial: { a: seal('first', { version: '7' }) } });
    expect(await valueOf(secrets, '7')).toBe('first');
    await secrets.set('a', seal('second', { version: '7' })); // as read from elsewhere
    expect((await secrets.require('a')).version).not.toBe('7');
    expect(await valueOf(secrets, '7')).toBe('first');
  });

  it.each([
    { options: {}, kept: 10 },
    { options: { maxVersions: 1 }, kept: 1 },
    { options: { maxVersions: 3 }, kept: 3 },
  ])('are kept up to maxVersions: $options', async ({ options, kept }) => {
    const { secrets } = setUp(options);
    const written: (string | undefined)[] = [];
    for (let i = 0; i < 12; i += 1) written.unshift((await secrets.set('a', `value-${i}`)).version);
    const versions = await secrets.listVersions('a');
    expect(versions.map(({ version }) => version)).toEqual(written.slice(0, kept));
    expect(await valueOf(secrets, written[kept])).toBeUndefined();
  });

  it('are all deleted together, and are gone when the current one has expired', async () => {
    const { secrets, clock } = setUp();
    const { version } = await secrets.set('a', 'first');
    await secrets.delete('a');
    expect([await secrets.listVersions('a'), await valueOf(secrets, version)]).toEqual([[], undefined]);
    const next = await secrets.set('a', 'again');
    await secrets.set('a', 'expiring', { expiresAt: new Date(start + 1) });
    clock.ms += 1;
    expect([await secrets.listVersions('a'), await valueOf(secrets, next.version)]).toEqual([[], undefined]);
  });

  it('that have expired are missing', async () => {
    const { secrets, clock } = setUp();
    const { version } = await secrets.set('a', 'first', { expiresAt: new Date(start + 1) });
    const second = await secrets.set('a', 'second');
    clock.ms += 1;
    expect(await valueOf(secrets, version)).toBeUndefined();
    expect((await secrets.listVersions('a')).map((each) => each.version)).toEqual([second.version]);
  });

  it('are not named by a write', async () => {
    const { provider, secrets } = setUp({ initial: { a: seal('first', { version: '7' }) } });
    const ref = { name: 'a', version: '7' };
    for (const call of [
      () => provider.set(ref, seal('new'), {}),
      () => provider.compareAndSet(ref, seal('new'), '7', {}),
      () => provider.delete(ref, {}),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    expect(await valueOf(secrets)).toBe('first');
  });
});

describe('compareAndSet', () => {
  it('writes only over the expected version', async () => {
    const { secrets } = setUp();
    const first = await secrets.compareAndSet('a', 'first', undefined);
    await expect(secrets.compareAndSet('a', 'other', undefined)).rejects.toMatchObject({ code: 'conflict' });
    const second = await secrets.compareAndSet('a', 'second', first.version);
    await expect(secrets.compareAndSet('a', 'other', first.version)).rejects.toMatchObject({
      code: 'conflict',
    });
    const current = await secrets.require('a');
    expect([current.reveal(), current.version]).toEqual(['second', second.version]);
  });

  it('counts a deleted, an expired and a recreated secret as another one', async () => {
    const { secrets, clock } = setUp();
    const { version } = await secrets.set('a', 'first');
    await secrets.delete('a');
    await expect(secrets.compareAndSet('a', 'new', version)).rejects.toMatchObject({ code: 'conflict' });
    await secrets.set('a', 'first', { expiresAt: new Date(start + 1) });
    await expect(secrets.compareAndSet('a', 'new', version)).rejects.toMatchObject({ code: 'conflict' });
    clock.ms += 1;
    await secrets.compareAndSet('a', 'new', undefined);
    expect((await secrets.require('a')).reveal()).toBe('new');
  });

  it('obeys maxPerScope', async () => {
    const { secrets } = setUp({ initial: { b: 'value' }, maxPerScope: 1 });
    await expect(secrets.compareAndSet('a', 'first', undefined)).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
  });
});

describe('binary values', () => {
  it('are stored unchanged', async () => {
    const { secrets } = setUp();
    const bytes = new Uint8Array([0, 0xff, 0xfe, 0x80]);
    await secrets.set('a', bytes);
    const secret = await secrets.require('a');
    expect([secret.format, secret.bytes()]).toEqual(['base64', bytes]);
  });
});

describe('an abort', () => {
  it('before a call rejects it with the reason, and nothing is written', async () => {
    const { provider, secrets } = setUp();
    const ctx = { signal: AbortSignal.abort('enough') };
    const calls = [
      provider.get({ name: 'a' }, ctx),
      provider.getMany([{ name: 'a' }], ctx),
      provider.list({}, ctx),
      provider.set({ name: 'a' }, seal('value'), ctx),
      provider.compareAndSet({ name: 'a' }, seal('value'), undefined, ctx),
      provider.delete({ name: 'a' }, ctx),
      provider.listVersions({ name: 'a' }, ctx),
    ];
    for (const call of await Promise.allSettled(calls))
      expect(call).toEqual({ status: 'rejected', reason: 'enough' });
    expect(await secrets.get('a')).toBeUndefined();
  });
});

describe('printing', () => {
  it('does not show a value', () => {
    const { provider } = setUp({ initial: { a: 'CANARY' } });
    expect(inspect(provider, { depth: null, showHidden: true, customInspect: false })).not.toContain(
      'CANARY',
    );
    expect(JSON.stringify(provider)).not.toContain('CANARY');
  });
});

describe('a look into memory', () => {
  it('returns the value, and a read gets nothing: there is no promise to share', () => {
    const { provider, clock } = setUp({
      initial: [['a', seal('value', { expiresAt: new Date(start + 1) })]],
    });
    const read = provider.memory.cached?.({ name: 'a' });
    expect(read?.(false)?.secret.reveal()).toBe('value');
    expect(read?.(true)).toBeUndefined();
    clock.ms += 1;
    expect(read?.(false)).toBeUndefined();
  });
});

describe('wrong options', () => {
  it.each<[unknown, new () => Error, string]>([
    [null, TypeError, 'options'],
    [{ inital: {} }, TypeError, '"inital"'],
    [{ initial: 'CANARY' }, TypeError, 'initial'],
    [{ initial: { a: '' } }, TypeError, 'initial[0], "a"'],
    [{ initial: { a: 'CANARY', b: 5 } }, TypeError, 'initial[1], "b"'],
    [{ initial: { a: 'CANARY', b: ['CANARY'] } }, TypeError, 'initial[1], "b"'],
    [{ initial: [['a']] }, TypeError, 'initial[0], "a"'],
    [{ initial: [5] }, TypeError, 'initial[0]'],
    [{ initial: ['CANARY'] }, TypeError, 'initial[0]'],
    [{ initial: { '': 'CANARY' } }, TypeError, 'initial[0]'],
    [{ pageSize: 0 }, RangeError, 'pageSize'],
    [{ pageSize: Number.NaN }, RangeError, 'pageSize'],
    [{ maxPerScope: 1.5 }, RangeError, 'maxPerScope'],
    [{ maxPerScope: '10' }, TypeError, 'maxPerScope'],
    [{ maxVersions: 0 }, RangeError, 'maxVersions'],
    [{ maxVersions: '10' }, TypeError, 'maxVersions'],
  ])('are refused at construction: %j', (options, kind, named) => {
    const build = () => memorySecrets(options as never);
    expect(build).toThrow(kind);
    expect(build).toThrow(named);
    expect(build).toThrow(/^memorySecrets: (?!.*CANARY)/);
  });
});

import { createSecrets } from '@secretkit/core';
import { type SecretRef, seal } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { describe, expect, it } from 'vitest';
import { counting } from './counting.js';
import { fakeClock } from './fake-clock.js';
import { type FakeSecrets, fakeSecrets } from './fake-secrets.js';

const expiring = seal('value', { expiresAt: new Date(Date.UTC(2031, 0)) });

describe('fakeSecrets', () => {
  it('returns its initial contents, and what a test puts and removes', async () => {
    const fake = fakeSecrets({ initial: { a: 'before' } });
    const secrets = createSecrets(fake.provider);
    expect((await secrets.require('a')).reveal()).toBe('before');
    await fake.put({ name: 'a', scope: { user: 'usr_1' } }, 'of usr_1');
    await fake.put('a', 'after', new Date(fake.clock.now() + 1_000));
    expect((await secrets.require('a')).reveal()).toBe('after');
    expect((await secrets.scoped({ user: 'usr_1' }).require('a')).reveal()).toBe('of usr_1');
    fake.clock.advance(1_000);
    expect(await secrets.get('a')).toBeUndefined();
    await fake.remove({ name: 'a', scope: { user: 'usr_1' } });
    expect(await secrets.scoped({ user: 'usr_1' }).get('a')).toBeUndefined();
    expect([fake.calls(), fake.calls('get'), fake.calls('set')]).toEqual([5, 5, 0]);
  });

  it('names a secret of the same scope that folds like a missing one', async () => {
    const fake = fakeSecrets({ initial: { 'database-url': 'CANARY' } });
    const secrets = createSecrets(counting(fake.provider).provider);
    await expect(secrets.require('DATABASE_URL')).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/"database-url"(?!.*CANARY)/),
    });
    const scoped = secrets.scoped({ account: 'acct_1' }).require('DATABASE_URL');
    await expect(scoped).rejects.toMatchObject({ message: expect.not.stringContaining('"database-url"') });
    await fake.remove('database-url');
    await expect(secrets.require('DATABASE_URL')).rejects.toMatchObject({
      message: expect.not.stringContaining('"database-url"'),
    });
  });

  it('refuses to advance a clock that nothing reads: the test of an outage would test nothing', async () => {
    const fake = fakeSecrets({ initial: { a: 'before' } });
    const blind = createSecrets(cache({ ttlMs: 1_000 })(fake.provider));
    fake.clock.advance(1_000); // before the first call, the stack may not be built yet
    await blind.require('a');
    expect(() => fake.clock.advance(1_000)).toThrow(/^fakeSecrets: clock\.advance .*now/);
    const seeing = createSecrets(cache({ ttlMs: 1_000, jitter: 0, now: fake.clock.now })(fake.provider));
    await seeing.require('a');
    fake.clock.advance(1_000);
    await fake.put('a', 'after');
    expect((await seeing.require('a')).reveal()).toBe('after');
  });

  it.each<[string, (fake: FakeSecrets) => Promise<unknown>]>([
    ['put', (fake) => fake.put('b', 'value', new Date(Date.UTC(2031, 0)))],
    ['set', (fake) => fake.provider.set({ name: 'b' }, expiring, {})],
    ['compareAndSet', (fake) => fake.provider.compareAndSet({ name: 'b' }, expiring, undefined, {})],
  ])('advances it for a secret that expires, by %s', async (_, write) => {
    const fake = fakeSecrets({ initial: { a: '1' } });
    await createSecrets(fake.provider).require('a');
    await write(fake);
    fake.clock.advance(400 * 24 * 60 * 60 * 1_000);
    expect(await createSecrets(fake.provider).get('b')).toBeUndefined();
  });

  it('advances a clock that a secret with an expiry depends on, also one of the initial ones', async () => {
    const expiring = seal('1', { expiresAt: new Date('2030-01-01T00:01:00Z') });
    const fake = fakeSecrets({ initial: { a: expiring } });
    const secrets = createSecrets(fake.provider);
    await secrets.get('a');
    fake.clock.advance(60_000);
    expect(await secrets.get('a')).toBeUndefined();
  });

  it.each([Promise.resolve({}), new Date(), /a/, 5, null])('refuses %s as initial contents', (initial) => {
    expect(() => fakeSecrets({ initial: initial as never })).toThrow(
      /^fakeSecrets: initial must be .*, got /,
    );
  });

  it('refuses to fail with anything but a code or an error', () => {
    expect(() => fakeSecrets().fail(null as never)).toThrow('failure must be a code or an error, got null.');
  });

  it('advances a clock that was given, which others may read', async () => {
    const clock = fakeClock();
    const fake = fakeSecrets({ initial: { a: '1' }, clock });
    await createSecrets(fake.provider).require('a');
    fake.clock.advance(1_000);
    expect(fake.clock).toBe(clock);
  });

  it('fails until it is healed, for one secret or for all', async () => {
    const fake = fakeSecrets({ initial: { a: 'of a', b: 'of b' } });
    const secrets = createSecrets(fake.provider);
    expect(() => fake.fail('down' as never)).toThrow(/code .*"down"/);
    fake.fail('unavailable', 'a');
    await expect(secrets.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await secrets.require('b')).reveal()).toBe('of b');
    expect(await secrets.getManySettled({ a: 'a', b: 'b' })).toMatchObject({ a: { code: 'unavailable' } });
    fake.fail(new SyntaxError('of a driver'), 'a');
    await expect(secrets.getMany({ a: 'a', b: 'b' })).rejects.toMatchObject({ code: 'unknown' });
    fake.fail('timeout');
    await expect(secrets.getMany({ a: 'a', b: 'b' })).rejects.toMatchObject({ code: 'timeout' });
    await expect(secrets.list()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'timeout' });
    await expect(secrets.set('a', 'new')).rejects.toMatchObject({ code: 'timeout' });
    await expect(secrets.delete('a')).rejects.toMatchObject({ code: 'timeout' });
    fake.heal();
    expect((await secrets.require('a')).reveal()).toBe('of a');
  });

  it.each([
    { moment: 'before', remains: 'old' },
    { moment: 'after', remains: 'new' },
  ] as const)('loses one write, $moment it is applied', async ({ moment, remains }) => {
    const fake = fakeSecrets({ initial: { a: 'old' } });
    const secrets = createSecrets(fake.provider);
    fake.loseWrite(moment);
    expect((await secrets.require('a')).reveal()).toBe('old');
    await expect(secrets.set('a', 'new')).rejects.toMatchObject({ code: 'unavailable' });
    expect((await secrets.require('a')).reveal()).toBe(remains);
    await secrets.set('a', 'next');
    expect((await secrets.require('a')).reveal()).toBe('next');
    fake.loseWrite(moment);
    fake.heal();
    await secrets.delete('a');
  });

  it('hangs, and counts the calls in flight', async () => {
    const fake = fakeSecrets();
    fake.hang();
    const caller = new AbortController();
    const call = createSecrets(fake.provider).get('a', { signal: caller.signal });
    expect(fake.pending()).toBe(1);
    caller.abort('cancelled');
    await expect(call).rejects.toBe('cancelled');
    await Promise.resolve();
    expect(fake.pending()).toBe(0);
  });

  it('refuses an unknown option by its name', () => {
    expect(() => fakeSecrets({ initail: {} } as object)).toThrow(/"initail"/);
  });
});

describe('the versions of a fake', () => {
  it('are made by each write, and are read by id or as current', async () => {
    const fake = fakeSecrets({ initial: { a: seal('first', { version: '2' }), b: 'of b' } });
    const secrets = createSecrets(fake.provider);
    const { version } = await fake.put('a', 'second');
    expect((await secrets.set('a', 'third')).version).toBe('4'); // '2' is taken
    const createdAt = new Date(fake.clock.now());
    expect(await secrets.listVersions('a')).toEqual([
      { version: '4', stages: ['current'], createdAt },
      { version, createdAt },
      { version: '2', createdAt },
    ]);
    const values = ['2', version, '4', 'current', 'none'].map(async (each) =>
      (await secrets.get({ name: 'a', version: each }))?.reveal(),
    );
    expect(await Promise.all(values)).toEqual(['first', 'second', 'third', 'third', undefined]);
    await secrets.delete('a');
    expect(await secrets.listVersions('a')).toEqual([]);
    expect((await fake.put('a', 'again')).version).toBe('5');
  });

  it('are compared by compareAndSet', async () => {
    const fake = fakeSecrets();
    const secrets = createSecrets(fake.provider);
    const { version } = await secrets.compareAndSet('a', 'first', undefined);
    await expect(secrets.compareAndSet('a', 'other', undefined)).rejects.toMatchObject({ code: 'conflict' });
    await secrets.compareAndSet('a', 'second', version);
    await expect(secrets.compareAndSet('a', 'other', version)).rejects.toMatchObject({ code: 'conflict' });
    expect((await secrets.require('a')).reveal()).toBe('second');
    fake.fail('unavailable');
    await expect(secrets.compareAndSet('a', 'third', '2')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(secrets.listVersions('a')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('are not named by a write', async () => {
    const { provider } = fakeSecrets({ initial: { a: 'first' } });
    const ref = { name: 'a', version: '1' };
    for (const call of [
      () => provider.set(ref, seal('new'), {}),
      () => provider.compareAndSet(ref, seal('new'), '1', {}),
      () => provider.delete(ref, {}),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid_argument' });
    }
    expect((await provider.get(ref, {}))?.reveal()).toBe('first');
  });

  it('may be bytes', async () => {
    const fake = fakeSecrets();
    await fake.put('a', new Uint8Array([0, 0xff]));
    const secret = await fake.provider.get({ name: 'a' }, {});
    expect([secret?.format, secret?.bytes()]).toEqual(['base64', new Uint8Array([0, 0xff])]);
  });
});

describe('the contents of a fake', () => {
  it('may be pairs of a ref and a value, sealed or not', async () => {
    const ref: SecretRef = { name: 'a', scope: { account: 'acct_1' } };
    const { provider } = fakeSecrets({
      initial: [
        [ref, seal('of acct_1', { version: '7' })],
        ['a', 'of the default scope'],
      ],
    });
    expect((await provider.get(ref, {}))?.version).toBe('7');
    expect((await provider.get({ name: 'a' }, {}))?.reveal()).toBe('of the default scope');
  });

  it.each<[string, unknown, RegExp]>([
    ['a string', 'CANARY-contents', /initial/],
    ['an entry without a value', { a: undefined }, /entry 1 of initial, "a"/],
    ['an empty value', { a: 'of a', b: '' }, /entry 2 of initial, "b"/],
    ['an entry that is not a pair', [undefined], /entry 1 of initial/],
    ['a value that is an object', { a: { value: 'CANARY-contents' } }, /entry 1 of initial, "a"/],
  ])('are refused without a quoted value: %s', (_, initial, problem) => {
    const build = () => fakeSecrets({ initial: initial as never });
    expect(build).toThrow(TypeError);
    expect(build).toThrow(problem);
    expect(build).not.toThrow(/CANARY/);
  });

  it('are listed in pages of at most a hundred names, by scope, without expired ones', async () => {
    const fake = fakeSecrets();
    const secrets = createSecrets(fake.provider);
    for (let i = 0; i < 101; i += 1) await fake.put(`name-${String(i).padStart(3, '0')}`, 'value');
    await fake.put('expiring', 'value', new Date(fake.clock.now() + 1));
    await fake.put({ name: 'of-a-user', scope: { user: 'usr_1' } }, 'value');
    fake.clock.advance(1);
    const names: string[] = [];
    for await (const { name } of secrets.list()) names.push(name);
    expect(names).toHaveLength(101);
    expect(names.at(-1)).toBe('name-100');
    expect([fake.calls('list'), (await fake.provider.list({ limit: 2 }, {})).refs.length]).toEqual([2, 2]);
  });

  it('refuse a value that has expired, and keep the old one', async () => {
    const fake = fakeSecrets({ initial: { a: 'kept' } });
    await expect(fake.put('a', 'new', new Date(fake.clock.now()))).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect((await fake.provider.get({ name: 'a' }, {}))?.reveal()).toBe('kept');
  });
});

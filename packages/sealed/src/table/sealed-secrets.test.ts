import { expectNoLeak } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { type CallContext, type SecretRef, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { idOf, type MemoryTable, memoryTable } from '../../test/memory-table.js';
import type { SealedKey } from '../codec-options.js';
import { sealedCodec } from '../sealed-codec.js';
import { type SealedSecrets, type SealedSecretsOptions, sealedSecrets } from './sealed-secrets.js';
import type { SecretTable } from './secret-table.js';

const canary = 'CANARY-5d02c7e1';
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const first = { id: '2030-01', key: keyOf(1) };
const second = { id: '2030-02', key: keyOf(2) };
const token: SecretRef = { name: 'token', scope: { account: 'acct_1' } };
const tokenId = idOf({ account: 'acct_1', user: '', name: 'token' });
const start = 1_900_000_000_000;

function setUp({
  keys = [first],
  table = memoryTable(),
  ...options
}: Partial<SealedSecretsOptions> & { keys?: readonly SealedKey[]; table?: MemoryTable } = {}) {
  const clock = { ms: start };
  const codec = sealedCodec({ keys, namespace: 'shop/production' });
  const provider = sealedSecrets({ codec, now: () => clock.ms, ...options, table });
  const valueOf = async (ref = token) => (await provider.get(ref, {}))?.reveal();
  return { clock, table, provider, secrets: createSecrets(provider), valueOf };
}

async function failure(run: Promise<unknown>): Promise<unknown> {
  const error: unknown = await run.then(
    () => 'it succeeded',
    (thrown: unknown) => thrown,
  );
  expectNoLeak(canary, error);
  return error;
}

describe('a text that looks like a record', () => {
  it('is data', async () => {
    const { provider, table, valueOf } = setUp();
    await provider.set({ name: 'other' }, seal(canary), {});
    const record = [...table.rows.values()][0]?.[0]?.record ?? '';
    expect(record).toMatch(/^sk1\./);
    await provider.set(token, seal(record), {});
    expect((await valueOf()) === record).toBe(true);
  });
});

describe('a record that does not open', () => {
  it.each([
    ['has an unknown key', [second], (record: string) => record, 'invalid_data'],
    ['was changed', [first], (record: string) => `${record.slice(0, -4)}AAAA`, 'invalid_data'],
    ['has a newer format', [first], (record: string) => record.replace('sk1.', 'sk9.'), 'invalid_data'],
    ['was cut', [first], (record: string) => record.slice(0, 50), 'invalid_data'],
    ['is not a record', [first], () => canary, 'invalid_data'],
  ])('is an error, if it %s', async (what, keys, change, code) => {
    const { provider, table } = setUp();
    await provider.set(token, seal(canary), {});
    const [row] = table.rows.get(tokenId)!;
    const changed = { ...row!, record: change(row!.record) };
    table.rows.set(tokenId, [changed]);
    const error = await failure(setUp({ keys, table }).provider.get(token, {}));
    expect(error).toMatchObject({ code });
    expect(String(error)).not.toContain(changed.record.slice(-20));
    if (what.includes('key') || what.includes('changed')) expect(String(error)).toContain('"2030-01"');
  });

  it('takes its place in a batch', async () => {
    const { provider, table } = setUp();
    const refs = ['a', 'b', 'c'].map((name) => ({ name }));
    for (const ref of refs) await provider.set(ref, seal(ref.name), {});
    const id = idOf({ account: '', user: '', name: 'b' });
    table.rows.set(id, [{ ...table.rows.get(id)![0]!, record: 'sk1.x' }]);
    const answers = await provider.getMany([...refs, { name: 'd' }], {});
    expect(answers[1]).toMatchObject({ code: 'invalid_data' });
    expect([answers[0], answers[2]].map((each) => (each as { reveal(): string }).reveal()).join()).toBe(
      'a,c',
    );
    expect(answers[3]).toBeUndefined();
  });

  it('has the code of the envelope that failed', async () => {
    const envelope = {
      wrap: async (dataKey: Uint8Array) => dataKey,
      unwrap: () => Promise.reject(new Error(canary)),
    };
    const keys = [{ id: 'kms', envelope }];
    const { provider, table } = setUp({ keys });
    await provider.set(token, seal(canary), {});
    expect(await failure(setUp({ keys, table }).provider.get(token, {}))).toMatchObject({ code: 'unknown' });
    const again = setUp({ keys: [second, ...keys], table }).provider.reseal();
    expect(await failure(again)).toMatchObject({ code: 'unknown' }); // not counted as unreadable
  });
});

describe('an attempt that is repeated', () => {
  const attempt: CallContext = { idempotencyKey: 'one logical write' };

  it('is one version', async () => {
    const { provider, secrets } = setUp();
    const results = [
      await provider.set(token, seal('a'), attempt),
      await provider.set(token, seal('a'), attempt),
    ];
    expect(results[0]).toEqual(results[1]);
    expect(await secrets.scoped({ account: 'acct_1' }).listVersions('token')).toHaveLength(1);
  });

  it.each([2, 10])('does not undo a newer write, and is a success: of %d versions', async (keepVersions) => {
    const { provider, valueOf } = setUp({ keepVersions });
    const { version } = (await provider.set(token, seal('a'), attempt))!;
    await provider.set(token, seal('b'), {});
    expect(await provider.set(token, seal('a'), attempt)).toEqual({ version });
    expect(await valueOf()).toBe('b');
  });

  it('of a compare-and-set is a success too, also when its version was replaced', async () => {
    const { provider, valueOf } = setUp();
    const written = await provider.compareAndSet(token, seal('a'), undefined, attempt);
    expect(await provider.compareAndSet(token, seal('a'), undefined, attempt)).toEqual(written);
    await provider.compareAndSet(token, seal('b'), written.version, {});
    expect(await provider.compareAndSet(token, seal('a'), undefined, attempt)).toEqual(written);
    expect(await valueOf()).toBe('b');
    const other = { idempotencyKey: 'another write' };
    const error = await failure(provider.compareAndSet(token, seal(canary), undefined, other));
    expect(error).toMatchObject({ code: 'conflict' });
  });

  it('has another version for another secret', async () => {
    const { provider } = setUp();
    const one = await provider.set(token, seal('a'), attempt);
    expect(await provider.set({ name: 'token' }, seal('a'), attempt)).not.toEqual(one);
  });

  it('that is delayed until after other writes does nothing', async () => {
    const { table, provider, valueOf } = setUp();
    let late: (() => Promise<unknown>) | undefined;
    const delaying: SecretTable = {
      ...table,
      async write(...args) {
        late = () => table.write(...args);
        return true;
      },
    };
    const { version } = (await provider.set(token, seal('a'), {}))!;
    await sealedSecrets({
      table: delaying,
      codec: sealedCodec({ keys: [first], namespace: 'shop/production' }),
      now: () => start,
    }).set(token, seal('late'), {});
    await provider.set(token, seal('b'), {});
    expect(version).toBeDefined();
    expect(await late?.()).toBe(false);
    expect(await valueOf()).toBe('b');
  });
});

describe('a secret that has expired', () => {
  const soon = { expiresAt: new Date(start + 1_000) };

  it('does not exist: a write makes a new one, without its older versions', async () => {
    const { clock, provider, secrets, valueOf } = setUp();
    await provider.set(token, seal('a'), {});
    const { version } = await provider.compareAndSet(
      token,
      seal('b', soon),
      (await provider.get(token, {}))?.version,
      {},
    );
    clock.ms += 1_000;
    expect(await valueOf()).toBeUndefined();
    expect((await provider.list({ scope: token.scope! }, {})).refs).toEqual([]);
    expect(await provider.listVersions(token, {})).toEqual([]);
    expect(await failure(provider.compareAndSet(token, seal(canary), version, {}))).toMatchObject({
      code: 'conflict',
    });
    await provider.compareAndSet(token, seal('c'), undefined, {});
    expect(await secrets.scoped({ account: 'acct_1' }).listVersions('token')).toHaveLength(1);
  });

  it('is gone also if somebody changes the column', async () => {
    const { clock, provider, table, valueOf } = setUp();
    await provider.set(token, seal(canary, soon), {});
    table.rows.set(tokenId, [{ ...table.rows.get(tokenId)![0]!, expiresAt: undefined }]);
    clock.ms += 1_000;
    expect(await valueOf()).toBeUndefined();
  });
});

describe('a writer of the table', () => {
  it('can restore a whole row, which the threat model names', async () => {
    const { provider, table, valueOf } = setUp();
    await provider.set(token, seal('before'), {});
    const backup = [...table.rows.get(tokenId)!];
    await provider.set(token, seal('after'), {});
    table.rows.set(tokenId, backup);
    expect(await valueOf()).toBe('before');
  });

  it('cannot put a record of one version into the row of another one', async () => {
    const { provider, table } = setUp();
    await provider.set(token, seal('before'), {});
    const [old] = table.rows.get(tokenId)!;
    await provider.set(token, seal('after'), {});
    const [current] = table.rows.get(tokenId)!;
    table.rows.set(tokenId, [{ ...current!, record: old!.record }]);
    expect(await failure(provider.get(token, {}))).toMatchObject({ code: 'invalid_data' });
  });
});

describe('texts that a column would cut', () => {
  it.each<[string, SecretRef]>([
    ['name', { name: 'ü'.repeat(513) }],
    ['scope.account', { name: 'a', scope: { account: '🔑'.repeat(64) } }],
    ['scope.user', { name: 'a', scope: { user: 'u'.repeat(256) } }],
  ])('are refused before any call: %s', async (field, ref) => {
    const { provider, table } = setUp();
    const calls = [
      () => provider.set(ref, seal(canary), {}),
      () => provider.get(ref, {}),
      () => provider.delete(ref, {}),
      () => provider.listVersions(ref, {}),
    ];
    for (const call of calls) {
      const error = await failure(call());
      expect(error).toMatchObject({ code: 'invalid_argument' });
      expect(String(error)).toContain(field);
    }
    expect(table.rows.size).toBe(0);
    await provider.set(token, seal('a value'), {});
    const [wrong, right] = await provider.getMany([ref, token], {});
    expect(wrong).toMatchObject({ code: 'invalid_argument' });
    expect((right as { reveal(): string }).reveal()).toBe('a value');
  });
});

describe('other writers', () => {
  it('that are always faster end a write with unavailable', async () => {
    const base = memoryTable();
    await setUp({ table: base }).provider.set(token, seal('a'), {});
    const table = { ...base, write: async () => false, remove: async () => false };
    const { provider } = setUp({ table });
    expect(await failure(provider.set(token, seal(canary), {}))).toMatchObject({ code: 'unavailable' });
    expect(await failure(provider.delete(token, {}))).toMatchObject({ code: 'unavailable' });
    const { provider: other } = setUp({ table, keys: [second, first] });
    expect(await failure(other.reseal())).toMatchObject({ code: 'unavailable' });
  });
});

describe('reseal', () => {
  async function filled() {
    const { provider, table } = setUp();
    for (let at = 0; at < 250; at += 1) {
      await provider.set({ name: `secret-${String(at).padStart(3, '0')}` }, seal(`value-${at}`), {});
    }
    return { table, next: setUp({ table, keys: [second, first] }).provider };
  }

  it('continues after a signal has ended it, from its cursor or from the start', async () => {
    const { table, next } = await filled();
    const controller = new AbortController();
    const cursors: (string | undefined)[] = [];
    const running = next.reseal({
      signal: controller.signal,
      onProgress({ cursor, resealed }) {
        cursors.push(cursor);
        if (resealed >= 100) controller.abort('enough');
      },
    });
    await expect(running).rejects.toBe('enough');
    expect(cursors).toHaveLength(1);
    expect(Object.fromEntries(await next.keysInUse())).toEqual({ '2030-01': 150, '2030-02': 100 });
    const rest = await next.reseal({ after: cursors[0]! });
    expect(rest).toMatchObject({ resealed: 150, unchanged: 0, unreadable: 0 });
    expect(await next.reseal()).toMatchObject({ resealed: 0, unchanged: 250, unreadable: 0 });
    const alone = setUp({ table, keys: [second] }).provider;
    expect((await alone.get({ name: 'secret-249' }, {}))?.reveal()).toBe('value-249');
  });

  it('reports the records that do not open, and leaves them', async () => {
    const { provider, table } = setUp();
    for (const name of ['a', 'b', 'c']) await provider.set({ name }, seal(canary), {});
    const [a, b] = ['a', 'b'].map((name) => idOf({ account: '', user: '', name }));
    const moved = table.rows.get(b!)![0]!.record;
    table.rows.set(a!, [{ ...table.rows.get(a!)![0]!, record: moved }]);
    table.rows.set(b!, [{ ...table.rows.get(b!)![0]!, record: 'cut' }]);
    const unreadable: unknown[] = [];
    const { provider: next } = setUp({ table, keys: [second, first] });
    const result = await next.reseal({ onUnreadable: (record) => unreadable.push(record) });
    expect(result).toMatchObject({ resealed: 1, unchanged: 0, unreadable: 2 });
    expect(unreadable).toEqual([
      {
        ref: { name: 'a', version: expect.any(String) as string },
        reason: 'not_authentic',
        keyId: '2030-01',
      },
      { ref: { name: 'b', version: expect.any(String) as string }, reason: 'malformed' },
    ]);
    expectNoLeak(canary, unreadable);
    expect(table.rows.get(a!)![0]!.record).toBe(moved);
    expect(Object.fromEntries(await next.keysInUse())).toEqual({ '2030-01': 1, '2030-02': 1 });
  });

  it.each<[string, object]>([
    ['name', { name: 'm\n' }],
    ['name', { name: '' }],
    ['name', { name: '\udcff' }],
    ['account', { account: 'acct\t' }],
    ['version', { version: '' }],
    ['version', { version: 5 }],
  ])('reports a row whose %s no ref may have, and goes on: %j', async (_, change) => {
    const { provider, table } = setUp();
    for (const name of ['a', 'm', 'z']) await provider.set({ name }, seal(canary), {});
    const [row] = table.rows.get(idOf({ account: '', user: '', name: 'm' }))!;
    table.rows.delete(idOf(row!));
    const garbled = { ...row!, ...change };
    table.rows.set(idOf(garbled), [garbled]);
    const unreadable: unknown[] = [];
    const { provider: next } = setUp({ table, keys: [second, first] });
    const result = await next.reseal({ onUnreadable: (record) => unreadable.push(record) });
    expect(result).toMatchObject({ resealed: 2, unchanged: 0, unreadable: 1 });
    expect(unreadable).toMatchObject([{ reason: 'not_authentic', keyId: '2030-01' }]);
    expectNoLeak(canary, unreadable);
    expect(table.rows.get(idOf(garbled))).toEqual([garbled]);
    expect(Object.fromEntries(await next.keysInUse())).toEqual({ '2030-01': 1, '2030-02': 2 });
    expect((await next.list({}, {})).refs.length).toBeGreaterThan(1);
  });

  it('of a row with a garbled version, a read is invalid_data', async () => {
    const { provider, table } = setUp();
    await provider.set(token, seal(canary), {});
    table.rows.set(tokenId, [{ ...table.rows.get(tokenId)![0]!, version: '' }]);
    expect(await failure(provider.get(token, {}))).toMatchObject({ code: 'invalid_data' });
  });

  it.each<[string, Partial<SecretTable>, string]>([
    ['throws in page', { page: () => Promise.reject(new Error(canary)) }, 'unknown'],
    ['throws in versions', { versions: () => Promise.reject(new TypeError(canary)) }, 'unknown'],
    ['returns no list', { page: async () => null as never }, 'invalid_data'],
    ['returns no rows', { versions: async () => [null] as never }, 'invalid_data'],
  ])('and keysInUse reject with a SecretError that quotes nothing, if a table %s', async (_, wrong, code) => {
    const table = memoryTable();
    await setUp({ table }).provider.set(token, seal(canary), {});
    const { provider } = setUp({ table: { ...table, ...wrong }, keys: [second, first] });
    expect(await failure(provider.reseal())).toMatchObject({ name: 'SecretError', code });
    expect(await failure(provider.keysInUse())).toMatchObject({ name: 'SecretError', code });
  });

  it('rejects with a SecretError that quotes nothing, if a table throws in write', async () => {
    const table = memoryTable();
    await setUp({ table }).provider.set(token, seal(canary), {});
    const write = () => Promise.reject(new Error(canary));
    const { provider } = setUp({ table: { ...table, write }, keys: [second, first] });
    expect(await failure(provider.reseal())).toMatchObject({ name: 'SecretError', code: 'unknown' });
  });

  it.each(['', 'no cursor', '["a"]', '{"0":"a"}', '["a","b","c","d"]'])(
    'refuses a wrong cursor: %s',
    async (after) => {
      const error = await failure(setUp().provider.reseal({ after }));
      expect(error).toMatchObject({ code: 'invalid_argument' });
    },
  );
});

describe('wrong options', () => {
  const codec = sealedCodec({ keys: [first], namespace: 'shop/production' });
  const kv = { get() {}, getWithMetadata() {}, put() {}, list() {}, delete() {} };

  it.each<[string, unknown, new () => Error, string]>([
    ['no options', undefined, TypeError, 'options'],
    ['a misspelt one', { table: memoryTable(), codec, keepVersion: 3 }, TypeError, 'keepVersion'],
    ['no table', { codec }, TypeError, 'table'],
    [
      'a table without a method',
      { table: { ...memoryTable(), versions: undefined }, codec },
      TypeError,
      'versions',
    ],
    ['a Cloudflare KV', { table: kv, codec }, TypeError, 'compare-and-set'],
    ['no codec', { table: memoryTable() }, TypeError, 'codec'],
    ['another codec', { table: memoryTable(), codec: { seal() {} } }, TypeError, 'codec'],
    ['no versions', { table: memoryTable(), codec, keepVersions: 0 }, RangeError, 'keepVersions'],
    ['no older version', { table: memoryTable(), codec, keepVersions: 1 }, RangeError, 'keepVersions'],
    ['pages of nothing', { table: memoryTable(), codec, pageSize: 0.5 }, RangeError, 'pageSize'],
    ['a date as a clock', { table: memoryTable(), codec, now: 5 }, TypeError, 'now'],
  ])('are refused at construction: %s', (_, options, kind, named) => {
    const build = () => sealedSecrets(options as never);
    expect(build).toThrow(kind);
    expect(build).toThrow(named);
    expect(build).toThrow(/^sealedSecrets: /);
  });
});

describe('wrong options of a call', () => {
  it.each<[string, (provider: SealedSecrets) => Promise<unknown>]>([
    ['reseal: onProgress', (provider) => provider.reseal({ onProgress: 5 as never })],
    ['reseal: onUnreadable', (provider) => provider.reseal({ onUnreadable: {} as never })],
    ['reseal: signal', (provider) => provider.reseal({ signal: {} as never })],
    ['reseal: options', (provider) => provider.reseal(null as never)],
    ['keysInUse: signal', (provider) => provider.keysInUse({ signal: 5 as never })],
    ['keysInUse: unknown option', (provider) => provider.keysInUse({ sginal: 1 } as never)],
    ['keysInUse: options', (provider) => provider.keysInUse(null as never)],
  ])('are refused before any call of the table: %s', async (named, call) => {
    const table = { ...memoryTable(), page: () => expect.fail('the table was called') };
    const error = await failure(call(setUp({ table }).provider));
    expect(error).toBeInstanceOf(TypeError);
    expect(String(error)).toContain(named);
  });
});

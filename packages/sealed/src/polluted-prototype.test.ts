import { SecretError, seal } from '@secretkit/core';
import { afterEach, expect, it } from 'vitest';
import { idOf, memoryTable } from '../test/memory-table.js';
import { d1Table } from './d1/d1-table.js';
import { mysqlTable } from './mysql/mysql-table.js';
import { sealedCodec } from './sealed-codec.js';
import { columnSizes } from './table/columns.js';
import { sealedSecrets } from './table/sealed-secrets.js';

const record = 'sk1.evil';
const added: Readonly<Record<string, unknown>> = {
  record,
  version: 'evil',
  scope: { account: 'evil', user: '' },
  after: { account: 'z', user: '', name: 'z' },
  cursor: 'z',
  limit: 0,
  idempotencyKey: 'one',
  keyId: 'evil',
  code: 'evil',
  changes: 1,
  vendorCode: 'ER_DUP_ENTRY',
};

afterEach(() => {
  for (const field of Object.keys(added)) Reflect.deleteProperty(Object.prototype, field);
});

it.each(Object.entries(added))(
  'the field %s, added to Object.prototype, changes nothing in a table',
  async (field, value) => {
    const table = memoryTable();
    const keys = [1, 2].map((byte) => ({ id: `k${byte}`, key: new Uint8Array(32).fill(byte) }));
    const provider = sealedSecrets({ table, codec: sealedCodec({ keys, namespace: 'shop' }) });
    const next = sealedSecrets({
      table,
      codec: sealedCodec({ keys: keys.toReversed(), namespace: 'shop' }),
    });

    Object.defineProperty(Object.prototype, field, { value, configurable: true, writable: true });
    await provider.set({ name: 'a' }, seal('first'), {});
    await provider.set({ name: 'a' }, seal('second'), {});
    await provider.set({ name: 'b' }, seal('other'), {});
    expect((await provider.get({ name: 'a' }, {}))?.reveal()).toBe('second');
    expect((await provider.list({}, {})).refs).toHaveLength(2);
    const id = idOf({ account: '', user: '', name: 'b' });
    const cut = { ...table.rows.get(id)![0]!, record: 'cut' };
    table.rows.set(id, [cut]);
    const unreadable: unknown[] = [];
    const result = await next.reseal({ onUnreadable: (each) => unreadable.push(each) });
    expect(result).toMatchObject({ resealed: 2, unreadable: 1 });
    expect(unreadable).toEqual([{ ref: { name: 'b', version: cut.version }, reason: 'malformed' }]);
    expect([...(await next.keysInUse())]).toEqual([['k2', 2]]);
    await expect(provider.get({ name: 'b' }, {})).rejects.toMatchObject({ code: 'invalid_data' });
    await provider.delete({ name: 'b' }, {});
  },
);

it('the fields changes and vendorCode, added to Object.prototype, are no answer of D1 and MySQL', async () => {
  for (const field of ['changes', 'vendorCode']) {
    Object.defineProperty(Object.prototype, field, {
      value: added[field],
      configurable: true,
      writable: true,
    });
  }
  const key = { account: '', user: '', name: 'a' };
  const statement = { bind: () => statement, all: async () => ({ meta: {} }) };
  const d1 = d1Table({ prepare: () => statement, batch: async () => [{ meta: {} }] });
  expect(await d1.remove(key, 'v', {})).toBe(false);
  const sizes = Object.entries(columnSizes).map(([name, size]) => ({ name, size }));
  const query = async (sql: string) => {
    if (sql.includes('information_schema')) return [sizes] as const;
    throw new Error('the statement failed');
  };
  const mysql = mysqlTable({ query, getConnection: () => Promise.reject(new Error('none')) });
  await expect(mysql.remove(key, 'v', {})).rejects.toMatchObject({ code: 'unknown' });
});

it('the field value, added to Object.prototype, is not the data key of an envelope that fails', async () => {
  const fails = () => Promise.reject(new SecretError('unavailable', 'the service is down.'));
  const keys = [{ id: 'kms', envelope: { wrap: fails, unwrap: fails } }];
  const codec = sealedCodec({ keys, namespace: 'shop' });
  const content = { secret: seal('a value'), fetchedAt: new Date(0) };
  const value = { key: new Uint8Array(32).fill(9), wrapped: 'AAAA' };
  Object.defineProperty(Object.prototype, 'value', { value, configurable: true, writable: true });
  const sealed = await codec.seal({ use: 'queue', ref: 'a' }, content).catch((error: unknown) => error);
  Reflect.deleteProperty(Object.prototype, 'value'); // descriptors of the test runner would inherit it
  expect(sealed).toMatchObject({ code: 'unavailable' });
});

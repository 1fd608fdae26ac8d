import assert from 'node:assert/strict';
import type { Runner } from '@secretkit/conformance';
import { createSecrets } from '@secretkit/core';
import { isSecretError, seal } from '@secretkit/core/provider';
import { sealedCodec } from '../src/sealed-codec.js';
import { sealedSecrets } from '../src/table/sealed-secrets.js';
import type { RowKey, SecretRow, SecretTable } from '../src/table/secret-table.js';
import { runWriters } from './writers.js';

const soak = Number(process.env['SECRETKIT_SOAK'] ?? 1); // multiplies the number of operations
const keyOf = (byte: number) => new Uint8Array(32).fill(byte);
const oldKey = { id: 'old', key: keyOf(1) };
const newKey = { id: 'new', key: keyOf(2) };
const token: RowKey = { account: 'acct_1', user: '', name: 'token' };
const keeping = { keepVersions: 10 };

function rowOf(key: RowKey, at: number): SecretRow {
  const version = `version-${at}`.padEnd(22, '-');
  return {
    ...key,
    version,
    record: `record ${at}`,
    createdAt: 1_000 + at,
    expiresAt: at % 2 ? 5_000_000_000_000 : undefined,
  };
}

function providerOf(table: SecretTable, ...keys: { id: string; key: Uint8Array }[]) {
  return sealedSecrets({ table, codec: sealedCodec({ keys, namespace: 'tests' }) });
}

/** Registers the tests of a table. `open` must return an empty one. */
export function describeTable(
  name: string,
  open: () => Promise<SecretTable> | SecretTable,
  { describe, it }: Runner,
): void {
  describe(`the table of ${name}`, () => {
    it('writes over the expected version only, and returns rows as they were written', async () => {
      const table = await open();
      const [first, second, third] = [rowOf(token, 1), rowOf(token, 2), rowOf(token, 3)];
      const write = (row: SecretRow, version?: string) => table.write(row, { version }, keeping);
      assert.equal(await write(first, second.version), false);
      assert.equal(await write(first), true);
      assert.equal(await write(second), false);
      assert.equal(await write(second, first.version), true);
      assert.equal(await write(third, first.version), false);
      const none: RowKey = { ...token, name: 'none' };
      assert.deepEqual(await table.read([none, token, token], {}), [undefined, second, second]);
      assert.deepEqual(await table.versions(token, {}), [second, first]);
      assert.deepEqual(await table.versions(none, {}), []);
      assert.deepEqual(await table.read([], {}), []);
    });

    it('does not write a version twice, also if it is an older one', async () => {
      const table = await open();
      const [first, second] = [rowOf(token, 1), rowOf(token, 2)];
      await table.write(first, { version: undefined }, keeping);
      await table.write(second, { version: first.version }, keeping);
      assert.equal(await table.write(first, { version: second.version }, keeping), false);
      assert.deepEqual(await table.versions(token, {}), [second, first]);
    });

    it('keeps as many versions as it must', async () => {
      const table = await open();
      const rows = [0, 1, 2, 3, 4, 5].map((at) => rowOf(token, at));
      let before: string | undefined;
      for (const [at, row] of rows.entries()) {
        const keepVersions = at < 5 ? 3 : 1;
        assert.equal(await table.write(row, { version: before }, { keepVersions }), true);
        before = row.version;
        const kept = rows.slice(Math.max(0, at + 1 - keepVersions), at + 1).reverse();
        assert.deepEqual(await table.versions(token, {}), kept);
      }
    });

    it('replaces a record only if it is the expected one, in the current row and in older ones', async () => {
      const table = await open();
      const [first, second] = [rowOf(token, 1), rowOf(token, 2)];
      await table.write(first, { version: undefined }, keeping);
      await table.write(second, { version: first.version }, keeping);
      for (const row of [first, second]) {
        const next = { ...row, record: `${row.record}, sealed again` };
        assert.equal(await table.write(next, { record: 'another' }, keeping), false);
        assert.equal(await table.write(next, { record: row.record }, keeping), true);
        assert.equal(await table.write(next, { record: row.record }, keeping), false);
      }
      const records = (await table.versions(token, {})).map(({ record }) => record);
      assert.deepEqual(records, ['record 2, sealed again', 'record 1, sealed again']);
    });

    it('removes all versions, if the current one is expected', async () => {
      const table = await open();
      const [first, second] = [rowOf(token, 1), rowOf(token, 2)];
      await table.write(first, { version: undefined }, keeping);
      await table.write(second, { version: first.version }, keeping);
      assert.equal(await table.remove(token, first.version, {}), false);
      assert.equal(await table.remove(token, second.version, {}), true);
      assert.equal(await table.remove(token, second.version, {}), false);
      assert.deepEqual(await table.versions(token, {}), []);
      assert.equal(await table.write(first, { version: undefined }, keeping), true);
      assert.deepEqual(await table.versions(token, {}), [first]);
    });

    it('compares bytes: case, accents, spaces at the end, and the two forms of one letter', async () => {
      const table = await open();
      const names = [
        'token',
        'TOKEN',
        'token ',
        'tóken',
        'to\u0301ken',
        'tökên',
        'ß',
        'ss',
        '🔑',
        '%',
        '_',
        "'",
        '"',
        '\\',
        '`',
      ];
      const keys = names.flatMap((each) => [
        { account: '', user: '', name: each },
        { account: each, user: '', name: 'token' },
        { account: '', user: each, name: 'token' },
      ]);
      const rows = keys.map((key, at) => ({
        ...rowOf(key, at),
        record: Buffer.from(JSON.stringify(key)).toString('hex'),
      }));
      const written = await Promise.all(rows.map((row) => table.write(row, { version: undefined }, keeping)));
      assert.equal(written.includes(false), false);
      assert.deepEqual(await table.read(keys, {}), rows);
      for (const row of rows) {
        assert.equal(await table.write(row, { version: undefined }, keeping), false);
        assert.deepEqual(await table.versions(row, {}), [row]);
      }
    });

    it('pages through one scope, and through all keys, in the order of their bytes', async () => {
      const table = await open();
      const letters = ['A', 'Z', 'a', 'ab', 'b', 'é', '🔑'];
      const keys = ['', 'acct', 'acct_1', 'acct_2'].flatMap((account) =>
        ['', 'usr'].flatMap((user) => letters.map((letter) => ({ account, user, name: letter }))),
      );
      const shuffled = keys
        .map((key, at) => ({ key, at: (at * 37) % keys.length }))
        .sort((a, b) => a.at - b.at);
      for (const { key, at } of shuffled) await table.write(rowOf(key, at), { version: undefined }, keeping);
      const all: RowKey[] = [];
      for (let page = await table.page({ limit: 5 }, {}); page.length > 0; ) {
        all.push(...page.map(({ account, user, name: letter }) => ({ account, user, name: letter })));
        page = await table.page({ after: page.at(-1)!, limit: 5 }, {});
      }
      assert.deepEqual(all, keys);
      const scope = { account: 'acct_1', user: '' };
      const first = await table.page({ scope, limit: 4 }, {});
      const rest = await table.page({ scope, after: first.at(-1)!, limit: 4 }, {});
      assert.deepEqual(
        [...first, ...rest].map((row) => row.name),
        letters,
      );
      const [{ key, at } = assert.fail()] = shuffled.filter(
        (each) => each.key.account === 'acct_1' && each.key.user === '' && each.key.name === 'A',
      );
      const { record, ...head } = rowOf(key, at);
      assert.deepEqual([first[0], record.length > 0], [head, true]);
    });

    it('holds the longest key and the longest record', async () => {
      const table = await open();
      const longest = { account: 'ü'.repeat(127), user: '🔑'.repeat(63), name: '🔑'.repeat(256) };
      const row = { ...rowOf(longest, 1), record: 'x'.repeat(1_000_000) };
      assert.equal(await table.write(row, { version: undefined }, keeping), true);
      assert.equal(await table.write(rowOf(longest, 2), { version: row.version }, keeping), true);
      assert.deepEqual((await table.versions(longest, {}))[1], row);
    });

    it('lets one of many concurrent writers win, each time', async () => {
      const table = await open();
      let before: string | undefined;
      for (let round = 0; round < 5; round += 1) {
        const rows = Array.from({ length: 10 }, (_, at) => rowOf(token, 10 * round + at));
        const expected = { version: before };
        const written = await Promise.all(rows.map((row) => table.write(row, expected, keeping)));
        assert.equal(written.filter(Boolean).length, 1);
        before = rows[written.indexOf(true)]?.version;
        const [current, replaced] = await table.versions(token, {});
        assert.deepEqual([current?.version, replaced?.version], [before, expected.version]);
      }
    });

    it('loses neither a write nor a delete of concurrent writers', async () => {
      const table = await open();
      for (let round = 0; round < 10; round += 1) {
        const [first, second] = [rowOf(token, 2 * round), rowOf(token, 2 * round + 1)];
        await table.write(first, { version: undefined }, keeping);
        const [isWritten, isRemoved] = await Promise.all([
          table.write(second, { version: first.version }, keeping),
          table.remove(token, first.version, {}),
        ]);
        assert.equal(isWritten, !isRemoved);
        assert.deepEqual(await table.versions(token, {}), isWritten ? [second, first] : []);
        if (isWritten) await table.remove(token, second.version, {});
      }
    });

    it('counts with ten writers, and no count is lost', async () => {
      const table = await open();
      const secrets = createSecrets(providerOf(table, newKey)).scoped({ account: 'acct_1' });
      await secrets.set('counter', '0');
      const writers = Array.from({ length: 10 }, async () => {
        for (let counted = 0; counted < 2; ) {
          const current = await secrets.require('counter');
          const next = String(Number(current.reveal()) + 1);
          try {
            await secrets.compareAndSet('counter', next, current.version);
            counted += 1;
          } catch (error) {
            if (!isSecretError(error, 'conflict')) throw error;
          }
        }
      });
      await Promise.all(writers);
      assert.equal((await secrets.require('counter')).reveal() === '20', true);
    });

    it('keeps to the model in any sequence of operations by ten writers', async () => {
      const provider = providerOf(await open(), newKey);
      const { lost, wrong } = await runWriters(provider, { operations: Math.max(50, 200 * soak), seed: 5 });
      assert.deepEqual({ lost, wrong }, { lost: 0, wrong: 0 });
    });

    it('is sealed again with the first key, while a writer writes', async () => {
      const table = await open();
      const before = providerOf(table, oldKey);
      const names = Array.from({ length: 12 }, (_, at) => `secret-${at}`);
      for (const each of names) {
        await before.set({ name: each }, seal(`first of ${each}`), {});
        await before.set({ name: each }, seal(`second of ${each}`), {});
      }
      assert.deepEqual([...(await before.keysInUse())], [['old', 24]]);
      const after = providerOf(table, newKey, oldKey);
      const [{ resealed, unchanged, unreadable }] = await Promise.all([
        after.reseal(),
        (async () => {
          for (const each of names) await after.set({ name: each }, seal(`third of ${each}`), {});
        })(),
      ]);
      assert.equal(unreadable, 0);
      assert.ok(resealed >= 12 && unchanged + resealed <= 36, `${resealed} resealed, ${unchanged} unchanged`);
      assert.deepEqual([...(await after.keysInUse())], [['new', 36]]);
      const alone = providerOf(table, newKey);
      for (const each of names) {
        const values = [];
        for (const { version } of await alone.listVersions({ name: each }, {})) {
          values.push((await alone.get({ name: each, version }, {}))?.reveal());
        }
        const expected = ['third', 'second', 'first'].map((value) => `${value} of ${each}`);
        assert.equal(values.join(), expected.join());
      }
    });
  });
}

import type { RowHead, RowKey, SecretRow, SecretTable } from '../src/table/secret-table.js';

/** A table in memory, with direct access to its rows. */
export interface MemoryTable extends SecretTable {
  /** The versions of each key, newest first. The order of the keys is not theirs. */
  readonly rows: Map<string, SecretRow[]>;
}

/** Returns a table whose methods are one step each: none of them awaits. */
export function memoryTable(): MemoryTable {
  const rows = new Map<string, SecretRow[]>();
  return {
    name: 'memory',
    rows,
    async read(keys) {
      return keys.map((key) => rows.get(idOf(key))?.[0]);
    },
    async write(row, expected, { keepVersions }) {
      const id = idOf(row);
      const found = rows.get(id) ?? [];
      if ('record' in expected) {
        const at = found.findIndex(
          ({ version, record }) => version === row.version && record === expected.record,
        );
        if (at >= 0) found[at] = row;
        return at >= 0;
      }
      if (found[0]?.version !== expected.version) return false;
      if (found.some(({ version }) => version === row.version)) return false;
      rows.set(id, [row, ...found].slice(0, keepVersions));
      return true;
    },
    async remove(key, expected) {
      return rows.get(idOf(key))?.[0]?.version === expected && rows.delete(idOf(key));
    },
    async page({ scope, after, limit }) {
      const heads = [...rows.values()].flatMap(([row]): readonly RowHead[] => {
        if (!row) return [];
        const { record, ...head } = row;
        return record ? [head] : [];
      });
      return heads
        .filter((row) => !scope || (row.account === scope.account && row.user === scope.user))
        .filter((row) => !after || compare(row, after) > 0)
        .sort(compare)
        .slice(0, limit);
    },
    async versions(key) {
      return [...(rows.get(idOf(key)) ?? [])];
    },
  };
}

/** Returns a text that differs for every two keys. */
export function idOf({ account, user, name }: RowKey): string {
  return JSON.stringify([account, user, name]);
}

function compare(one: RowKey, other: RowKey): number {
  for (const field of ['account', 'user', 'name'] as const) {
    const order = Buffer.compare(Buffer.from(one[field]), Buffer.from(other[field]));
    if (order !== 0) return order;
  }
  return 0;
}

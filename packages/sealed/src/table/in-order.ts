import type { RowKey, SecretRow } from './secret-table.js';

/** Returns the row of each key. Names do not have control characters, so no two keys have the same text. */
export function inOrder(
  keys: readonly RowKey[],
  rows: readonly SecretRow[],
): readonly (SecretRow | undefined)[] {
  const textOf = ({ account, user, name }: RowKey): string => `${account}\0${user}\0${name}`;
  const found = new Map(rows.map((row) => [textOf(row), row]));
  return keys.map((key) => found.get(textOf(key)));
}

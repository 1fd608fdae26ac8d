import { kindOf } from '@secretkit/core/provider';
import type { SecretTable } from './secret-table.js';

const methods = ['read', 'write', 'remove', 'page', 'versions'] as const;

/** @throws `TypeError` for an object that is not a table. */
export function checkTable(owner: string, table: unknown): asserts table is SecretTable {
  refuseKv(owner, table);
  const given = Object(table) as Partial<Record<string, unknown>>;
  const missing = methods.find((method) => typeof given[method] !== 'function');
  if (missing === undefined) return;
  const got = given === table ? `an object without ${missing}` : kindOf(table);
  throw new TypeError(`${owner}: table must have the methods ${methods.join(', ')}, got ${got}.`);
}

/** @throws `TypeError` for a namespace of Cloudflare KV, by its own method. */
export function refuseKv(owner: string, thing: unknown): void {
  if (typeof (Object(thing) as { getWithMetadata?: unknown }).getWithMetadata !== 'function') return;
  throw new TypeError(
    `${owner}: Cloudflare KV cannot be a table: it has no compare-and-set, so that concurrent writes get lost, and a read may ` +
      'return an old value for a minute. Use D1.',
  );
}

import {
  invalid,
  kindOf,
  ownFields,
  SecretError,
  type SecretRef,
  throwIfAborted,
  toSecretError,
} from '@secretkit/core/provider';
import type { SealedCodec, UnopenedReason } from '../sealed-codec.js';
import { refOf } from './row-key.js';
import { keyIdOf, resealRow } from './row-record.js';
import type { RowKey, SecretRow, SecretTable } from './secret-table.js';

/** Options of one `reseal`. */
export interface ResealOptions {
  /** Continues after the secrets before this `cursor` of an earlier run. @defaultValue from the start */
  readonly after?: string;
  /** Ends the run between two records. @defaultValue none */
  readonly signal?: AbortSignal | undefined;
  /** Called after each page. @defaultValue none */
  readonly onProgress?: (progress: ResealProgress) => void;
  /** Called for each record that does not open. It stays as it is. @defaultValue none */
  readonly onUnreadable?: (record: UnreadableRecord) => void;
}

/** What a run has done so far, in records. */
export interface ResealProgress {
  /** Records that the first key has sealed. */
  readonly resealed: number;
  /** Records that it had sealed before. */
  readonly unchanged: number;
  /** Records that do not open. */
  readonly unreadable: number;
  /** The value for `after`. */
  readonly cursor?: string;
}

/** A record that does not open, without its content. */
export interface UnreadableRecord {
  /** The secret and its version. */
  readonly ref: SecretRef;
  readonly reason: UnopenedReason;
  /** Absent if the text is not a record. */
  readonly keyId?: string;
}

const pageSize = 100;
const maxAttempts = 100;

/** Seals every record with the first key, if another one has sealed it. */
export async function reseal(
  given: SecretTable,
  codec: SealedCodec,
  { after, signal, onProgress, onUnreadable }: ResealOptions,
): Promise<ResealProgress> {
  const table = guarded(given, signal);
  const counts = { resealed: 0, unchanged: 0, unreadable: 0 };
  let cursor = after;

  async function resealSecret(key: RowKey): Promise<void> {
    const done = new Set<string>(); // versions
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const rows = rowsOf(await table.versions(key, { signal }));
      const left = rows.filter(({ version }) => !done.has(version));
      const others = left.filter((row) => keyIdOf(row) !== codec.keyId);
      for (const row of others) {
        throwIfAborted(signal);
        if (await resealVersion(row)) done.add(row.version);
      }
      for (const row of left) {
        if (others.includes(row)) continue;
        counts.unchanged += 1;
        done.add(row.version);
      }
      if (others.length === 0) return; // else an edit may have added a version, or replaced a record
    }
    const problem = 'other writers changed the secret too often. Run reseal again.';
    throw new SecretError('unavailable', problem, { ref: refOf(key) });
  }

  /** Returns whether the record needs no other look. */
  async function resealVersion(row: SecretRow): Promise<boolean> {
    const next = await resealRow(codec, row, signal);
    if (typeof next === 'string') {
      const expected = ownFields({ record: row.record });
      const isWritten = await table.write({ ...row, record: next }, expected, { signal, keepVersions: 1 });
      if (isWritten) counts.resealed += 1;
      return isWritten;
    }
    counts.unreadable += 1;
    const { reason, keyId } = ownFields(next);
    const ref = { ...refOf(row), version: row.version };
    onUnreadable?.({ ref, reason, ...(keyId !== undefined && { keyId }) });
    return true;
  }

  for await (const keys of pagesOf(table, cursor, signal)) {
    for (const key of keys) await resealSecret(key);
    cursor = cursorOf(keys.at(-1)) ?? cursor;
    onProgress?.({ ...counts, ...(cursor !== undefined && { cursor }) });
  }
  return { ...counts, ...(cursor !== undefined && { cursor }) };
}

/** Returns the number of records for each key id, over all versions. */
export async function keysInUse(
  given: SecretTable,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, number>> {
  const table = guarded(given, signal);
  const counts = new Map<string, number>();
  for await (const keys of pagesOf(table, undefined, signal)) {
    for (const key of keys) {
      for (const row of rowsOf(await table.versions(key, { signal }))) {
        const keyId = keyIdOf(row);
        if (keyId !== undefined) counts.set(keyId, (counts.get(keyId) ?? 0) + 1);
      }
    }
  }
  return counts;
}

type Guarded = Pick<SecretTable, 'page' | 'versions' | 'write'>;

/** Returns the table with a `SecretError` for each failure, as the client has it: no provider is between the table and the caller. */
function guarded(table: SecretTable, signal: AbortSignal | undefined): Guarded {
  const safe = <A extends unknown[], R>(method: (...args: A) => Promise<R>) => {
    return async (...args: A): Promise<R> => {
      try {
        return await method.apply(table, args);
      } catch (error) {
        throwIfAborted(signal);
        throw toSecretError(error, { provider: `sealed-${table.name}` });
      }
    };
  };
  return { page: safe(table.page), versions: safe(table.versions), write: safe(table.write) };
}

/** Returns the answer of a table. @throws `invalid_data`, which quotes nothing, if it is not a list of rows. */
function rowsOf<T extends RowKey>(answer: readonly T[]): readonly T[] {
  const rows: unknown = answer;
  const isRow = (row: unknown): boolean => typeof row === 'object' && row !== null;
  if (Array.isArray(rows) && Array.from<unknown>(rows).every(isRow)) return answer;
  throw new SecretError(
    'invalid_data',
    `the table must return rows, got ${kindOf(rows)}. Correct the table.`,
  );
}

async function* pagesOf(
  table: Guarded,
  cursor: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly RowKey[]> {
  let after = cursor === undefined ? undefined : keyOf(cursor);
  for (;;) {
    throwIfAborted(signal);
    const query = ownFields({ ...(after && { after }), limit: pageSize });
    const keys = rowsOf(await table.page(query, { signal }));
    if (keys.length > 0) yield keys;
    after = keys.at(-1);
    if (keys.length < pageSize) return;
  }
}

function cursorOf(key: RowKey | undefined): string | undefined {
  return key && JSON.stringify([key.account, key.user, key.name]);
}

/** @throws `invalid_argument` for a text that is not a cursor. */
function keyOf(cursor: string): RowKey {
  try {
    const [account, user, name, ...others] = JSON.parse(cursor) as unknown[];
    if (
      typeof account === 'string' &&
      typeof user === 'string' &&
      typeof name === 'string' &&
      !others.length
    ) {
      return { account, user, name };
    }
  } catch {
    // not JSON
  }
  throw invalid('after must be the cursor of an earlier run of reseal.');
}

import {
  type Answer,
  abortable,
  type CallContext,
  checkFunction,
  checkNumber,
  checkOptions,
  hasExpired,
  invalid,
  kindOf,
  own,
  ownFields,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  type SecretVersion,
  throwIfAborted,
  toSecretError,
} from '@secretkit/core/provider';
import { checkSignal } from '../check-signal.js';
import type { SealedCodec } from '../sealed-codec.js';
import { checkTable } from './check-table.js';
import { newVersion } from './new-version.js';
import { keysInUse, type ResealOptions, type ResealProgress, reseal } from './reseal.js';
import { ownerOf, rowKey } from './row-key.js';
import { openRow, sealRow } from './row-record.js';
import type { RowHead, RowKey, SecretRow, SecretTable } from './secret-table.js';

export interface SealedSecretsOptions {
  /** The table of a database, such as `postgresTable(pool)`. */
  readonly table: SecretTable;
  /** Seals and opens the records. Its keys must not come from this table. */
  readonly codec: SealedCodec;
  /**
   * The largest number of versions of a secret, the current one included. From 2 to 1,000. A repeated attempt of a write is recognised
   * as long as its version is one of them. @defaultValue 10
   */
  readonly keepVersions?: number;
  /** The largest number of refs in a page of a list. From 1 to 1,000. @defaultValue 100 */
  readonly pageSize?: number;
  /** The wall clock, in epoch milliseconds. Secrets expire by it. @defaultValue Date.now */
  readonly now?: () => number;
}

/** Secrets in a table as a provider, with every capability, and what a change of the key needs. */
export type SealedSecrets = SecretProvider &
  Required<Pick<SecretProvider, 'getMany' | 'list' | 'set' | 'compareAndSet' | 'delete' | 'listVersions'>> & {
    /**
     * Seals each record with the first key of the codec, if another key has sealed it: every secret, all versions. Writers may
     * continue: a record is replaced only if it is unchanged. A run that ends early leaves every secret readable, and the next one
     * continues.
     * @throws `TypeError` for wrong options; the failure of the table or of an envelope; the reason of the signal.
     */
    reseal(options?: ResealOptions): Promise<ResealProgress>;
    /**
     * Returns the number of records for each key id, over all versions. Remove a key from the codecs only when no process seals with
     * it any more, and then no record has its id.
     */
    keysInUse(options?: { readonly signal?: AbortSignal }): Promise<ReadonlyMap<string, number>>;
  };

const currentStage = 'current';
const maxAttempts = 100;

/**
 * Returns a provider of secrets in a table of your own. Each record is sealed for its account, user, name and version.
 *
 * Each write makes a new version. A ref may name a version by its id, or by `current`, the stage of the newest one.
 *
 * @throws `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { type SealedCodec, type SecretTable, sealedSecrets } from '@secretkit/sealed';
 *
 * export function tenantsOf(table: SecretTable, codec: SealedCodec) {
 *   return createSecrets(sealedSecrets({ table, codec }));
 * }
 * ```
 */
export function sealedSecrets(options: SealedSecretsOptions): SealedSecrets {
  const owner = 'sealedSecrets';
  const given = checkOptions(owner, options, ['table', 'codec', 'keepVersions', 'pageSize', 'now']);
  const { table, codec, keepVersions = 10, pageSize = 100, now = () => Date.now() } = given;
  checkTable(owner, table);
  checkCodec(owner, codec);
  const remedy = 'With fewer, a late attempt of a write would undo the next one.';
  checkNumber(owner, 'keepVersions', keepVersions, { min: 2, max: 1_000, whole: true, remedy });
  checkNumber(owner, 'pageSize', pageSize, { min: 1, max: 1_000, whole: true });
  checkFunction(owner, 'now', now);

  const isLive = (row: RowHead | undefined): row is RowHead =>
    row !== undefined && (row.expiresAt === undefined || row.expiresAt > now());

  async function opened(row: SecretRow | undefined, signal: AbortSignal | undefined) {
    if (!isLive(row)) return undefined;
    const secret = await openRow(codec, row, signal);
    return hasExpired(secret, now()) ? undefined : secret; // the column may have been changed, the record not
  }

  async function versionsOf(key: RowKey, signal: AbortSignal | undefined): Promise<readonly SecretRow[]> {
    const [current, ...older] = await abortable(table.versions(key, { signal }), signal);
    return current && isLive(current) ? [current, ...older.filter(isLive)] : [];
  }

  async function current(key: RowKey, signal: AbortSignal | undefined): Promise<SecretRow | undefined> {
    const [row] = await abortable(table.read([key], { signal }), signal);
    return row;
  }

  async function find(ref: SecretRef, signal: AbortSignal | undefined): Promise<SecretRow | undefined> {
    const key = rowKey(ref);
    if (isCurrent(ref)) return current(key, signal);
    return (await versionsOf(key, signal)).find(({ version }) => version === ref.version);
  }

  /** Writes over any version, or with `expectation` only over that one. An attempt that was written before is a success. */
  async function put(
    ref: SecretRef,
    secret: Secret,
    ctx: CallContext,
    expectation?: { readonly version: string | undefined },
  ): Promise<{ readonly version: string }> {
    const { signal, idempotencyKey } = ownFields(ctx);
    throwIfAborted(signal);
    const key = checkedKey(ref);
    const version = await newVersion(key, idempotencyKey);
    const row = await sealRow(codec, key, secret, version, now(), signal);
    const isWritten = async () => (await versionsOf(key, signal)).some((each) => each.version === version);
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      throwIfAborted(signal);
      const found = await current(key, signal);
      const live = isLive(found) ? found.version : undefined;
      if (live === version) return { version };
      if (expectation && live !== expectation.version) {
        if (await isWritten()) return { version };
        throw new SecretError(
          'conflict',
          'the current version is not the expected one. Read the secret, and compare again.',
        );
      }
      if (found && live === undefined) await abortable(table.remove(key, found.version, { signal }), signal);
      const writing = table.write(row, ownFields({ version: live }), { signal, keepVersions });
      if ((await abortable(writing, signal)) || (await isWritten())) return { version };
    }
    throw new SecretError('unavailable', 'other writers changed the secret too often. Try again.');
  }

  return Object.freeze<SealedSecrets>({
    name: `sealed-${table.name}`,

    async get(ref, { signal }) {
      throwIfAborted(signal);
      return opened(await find(ref, signal), signal);
    },

    async getMany(refs, { signal }) {
      throwIfAborted(signal);
      const keys = refs.map(batchKey);
      const batch = keys.filter((key) => key !== undefined);
      const rows = batch.length > 0 ? await abortable(table.read(batch, { signal }), signal) : [];
      return Promise.all(
        refs.map(async (ref, at): Promise<Answer> => {
          try {
            const key = keys[at];
            const row = key ? rows[batch.indexOf(key)] : await find(ref, signal);
            return await opened(row, signal);
          } catch (error) {
            throwIfAborted(signal);
            return toSecretError(error, {});
          }
        }),
      );
    },

    async list(listQuery, { signal }) {
      throwIfAborted(signal);
      const { scope, cursor, limit = pageSize } = ownFields(listQuery);
      const owned = ownerOf(scope);
      const after = cursor === undefined ? undefined : { ...owned, name: cursor };
      const size = Math.min(limit, pageSize);
      const query = ownFields({ scope: owned, ...(after && { after }), limit: size });
      const heads = await abortable(table.page(query, { signal }), signal);
      const last = heads.length < size ? undefined : heads.at(-1);
      return {
        refs: heads.filter(isLive).map(({ name }) => (scope ? { name, scope } : { name })),
        ...(last && { cursor: last.name }),
      };
    },

    async set(ref, secret, ctx) {
      return put(ref, secret, ctx);
    },

    async compareAndSet(ref, secret, expected, ctx) {
      return put(ref, secret, ctx, { version: expected });
    },

    // Only what it has read: a late duplicate must not remove the secret of a newer write.
    async delete(ref, { signal }) {
      const key = checkedKey(ref);
      for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
        throwIfAborted(signal);
        const found = await current(key, signal);
        if (!found) return;
        if (await abortable(table.remove(key, found.version, { signal }), signal)) return;
      }
      throw new SecretError('unavailable', 'other writers changed the secret too often. Try again.');
    },

    async listVersions(ref, { signal }) {
      throwIfAborted(signal);
      const rows = await versionsOf(rowKey(ref), signal);
      return rows.map(
        ({ version, createdAt, expiresAt }, at): SecretVersion => ({
          version,
          ...(at === 0 && { stages: [currentStage] }),
          createdAt: new Date(createdAt),
          ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt) }),
        }),
      );
    },

    async reseal(resealOptions = {}) {
      const given = checkOptions('reseal', resealOptions, ['after', 'signal', 'onProgress', 'onUnreadable']);
      checkSignal('reseal', given.signal);
      checkFunction('reseal', 'onProgress', given.onProgress);
      checkFunction('reseal', 'onUnreadable', given.onUnreadable);
      return reseal(table, codec, given);
    },

    async keysInUse(keysOptions = {}) {
      const { signal } = checkOptions('keysInUse', keysOptions, ['signal']);
      checkSignal('keysInUse', signal);
      return keysInUse(table, signal);
    },
  });
}

function isCurrent(ref: SecretRef): boolean {
  const version = own(ref, 'version');
  return version === undefined || version === currentStage;
}

/** Returns the key of a ref that one query for all reads; `undefined` for a version, and for a ref that the table cannot have. */
function batchKey(ref: SecretRef): RowKey | undefined {
  try {
    return isCurrent(ref) ? rowKey(ref) : undefined;
  } catch {
    return undefined; // its own read says why
  }
}

function checkedKey(ref: SecretRef): RowKey {
  if (own(ref, 'version') === undefined) return rowKey(ref);
  throw invalid('ref of a write must not have a version: a write makes one, and a delete removes all.');
}

function checkCodec(owner: string, codec: unknown): void {
  const { seal, open, keyId } = Object(codec) as Partial<SealedCodec>;
  if (typeof seal === 'function' && typeof open === 'function' && typeof keyId === 'string') return;
  throw new TypeError(`${owner}: codec must be made by sealedCodec, got ${kindOf(codec)}.`);
}

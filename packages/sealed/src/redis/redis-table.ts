import { checkOptions, kindOf, SecretError } from '@secretkit/core/provider';
import { databaseError, type Meaning, meanings } from '../table/database-error.js';
import type { RowHead, RowKey, SecretRow, SecretTable } from '../table/secret-table.js';
import type { RedisScripts } from './redis-client.js';
import * as scripts from './scripts.js';

export interface RedisTableOptions {
  /**
   * The start of every key. It is their hash tag, so that a cluster has all of them in one slot. Letters, digits, `-`, `_`, `:` and
   * `/`. @defaultValue `secretkit`
   */
  readonly prefix?: string;
}

type StoredRow = readonly [version: string, createdAt: number, expiresAt: number | null, record: string];

/**
 * Returns a table in Redis 6.2 or later, or in Valkey. Each method is one script. Redis promises to keep an acknowledged write only
 * with `appendfsync always`, without eviction, and without a failover: replication is asynchronous.
 * @param client - `fromNodeRedis(client)` or `fromIoredis(client)`.
 * @throws `TypeError` for a client without `eval`, or a wrong prefix.
 * @example
 * ```ts
 * import { fromNodeRedis, type NodeRedisClient, redisTable } from '@secretkit/sealed/redis';
 *
 * export function tableOf(client: NodeRedisClient) {
 *   return redisTable(fromNodeRedis(client));
 * }
 * ```
 */
export function redisTable(client: RedisScripts, options: RedisTableOptions = {}): SecretTable {
  const owner = 'redisTable';
  const { prefix = 'secretkit' } = checkOptions(owner, options, ['prefix']);
  if (typeof prefix !== 'string' || !/^[\w:/-]{1,100}$/.test(prefix)) {
    const got = typeof prefix === 'string' ? 'another text' : kindOf(prefix);
    throw new TypeError(`${owner}: prefix must be letters, digits, "-", "_", ":" and "/", got ${got}.`);
  }
  if (typeof (Object(client) as Partial<RedisScripts>).eval !== 'function') {
    throw new TypeError(
      `${owner}: client must be fromNodeRedis(client) or fromIoredis(client), got ${kindOf(client)}.`,
    );
  }
  const index = `{${prefix}}:index`;
  const heads = `{${prefix}}:heads`;
  const rowKeyOf = (key: RowKey): string => `{${prefix}}:row:${memberOf(key)}`;

  async function run(script: string, keys: readonly string[], args: readonly (string | number)[] = []) {
    try {
      return await client.eval(script, keys, args.map(String));
    } catch (error) {
      throw databaseError(error, meaningOf);
    }
  }

  return Object.freeze<SecretTable>({
    name: 'redis',

    async read(keys) {
      if (keys.length === 0) return [];
      const texts = (await run(scripts.read, keys.map(rowKeyOf))) as readonly (string | null)[];
      return keys.map((key, at) => {
        const text = texts[at];
        return typeof text === 'string' ? rowOf(key, text) : undefined;
      });
    },

    async write(row, expected, { keepVersions }) {
      const { version, createdAt, expiresAt = null, record } = row;
      const text = JSON.stringify([version, createdAt, expiresAt, record]);
      if ('record' in expected) {
        return (await run(scripts.replace, [rowKeyOf(row)], [text, version, expected.record])) === 1;
      }
      const head = JSON.stringify([version, createdAt, expiresAt]);
      const args = [text, version, expected.version ?? '', keepVersions, memberOf(row), head];
      return (await run(scripts.write, [rowKeyOf(row), index, heads], args)) === 1;
    },

    async remove(key, expected) {
      return (await run(scripts.remove, [rowKeyOf(key), index, heads], [expected, memberOf(key)])) === 1;
    },

    async page({ scope, after, limit }) {
      const owned = scope && `${scope.account}\0${scope.user}`;
      const start = after ? `(${memberOf(after)}` : owned === undefined ? '-' : `[${owned}\0`;
      const end = owned === undefined ? '+' : `(${owned}\u0001`; // a name follows \0
      const [members, texts] = (await run(
        scripts.page,
        [index, heads],
        [start, end, limit],
      )) as readonly string[][];
      return (members ?? []).map((member, at) => headOf(keyOf(member), parsed(texts?.[at] ?? '')));
    },

    async versions(key) {
      const texts = (await run(scripts.versions, [rowKeyOf(key)])) as readonly string[];
      return texts.map((text) => rowOf(key, text));
    },
  });
}

/** Names have no control character, so this is injective, and its order is that of the three texts. */
function memberOf({ account, user, name }: RowKey): string {
  return `${account}\0${user}\0${name}`;
}

function keyOf(member: string): RowKey {
  const [account = '', user = '', name = ''] = member.split('\0');
  return { account, user, name };
}

function headOf(
  { account, user, name }: RowKey,
  [version, createdAt, expiresAt]: readonly [string, number, number | null, ...unknown[]],
): RowHead {
  return { account, user, name, version, createdAt, expiresAt: expiresAt ?? undefined };
}

function rowOf(key: RowKey, text: string): SecretRow {
  const row = parsed(text);
  return { ...headOf(key, row), record: row[3] };
}

/** @throws `invalid_data`, which quotes nothing. */
function parsed(text: string): StoredRow {
  try {
    return JSON.parse(text) as StoredRow;
  } catch {
    throw new SecretError(
      'invalid_data',
      'another program has written to the keys of the table. Use another prefix.',
    );
  }
}

/** By the first word of the message. https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const byWord: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['NOAUTH', meanings.refused],
  ['WRONGPASS', meanings.refused],
  ['NOPERM', ['permission_denied', 'the user may not do this. Grant the commands of the table on its keys.']],
  ['READONLY', meanings.readOnly],
  ['OOM', meanings.full],
  ['LOADING', meanings.down],
  ['MASTERDOWN', meanings.down],
  ['CLUSTERDOWN', meanings.down],
  ['NOREPLICAS', meanings.down],
  ['TRYAGAIN', meanings.busy],
  ['BUSY', meanings.busy],
  [
    'WRONGTYPE',
    ['invalid_data', 'another program has written to the keys of the table. Use another prefix.'],
  ],
  ['Socket', meanings.down],
  ['The', meanings.down], // node-redis: The client is closed
  ['Connection', meanings.down],
]);

function meaningOf(_: unknown, { message }: Readonly<Record<string, unknown>>): Meaning | undefined {
  const text = String(message);
  const inner = /\b(NOPERM|OOM|READONLY|WRONGTYPE)\b/.exec(text)?.[1]; // the error of a command within the script
  return byWord.get(inner ?? /^\w+/.exec(text)?.[0] ?? '');
}

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

  async function change(...call: Parameters<typeof run>): Promise<boolean> {
    const changed = await run(...call);
    if (changed === 0 || changed === 1) return changed === 1;
    throw new SecretError(...otherAnswer);
  }

  return Object.freeze<SecretTable>({
    name: 'redis',

    async read(keys) {
      if (keys.length === 0) return [];
      const texts = listOf(await run(scripts.read, keys.map(rowKeyOf)), keys.length);
      return keys.map((key, at) => (texts[at] === null ? undefined : rowOf(key, texts[at])));
    },

    async write(row, expected, { keepVersions }) {
      const { version, createdAt, expiresAt = null, record } = row;
      const text = JSON.stringify([version, createdAt, expiresAt, record]);
      if ('record' in expected) {
        return change(scripts.replace, [rowKeyOf(row)], [text, version, expected.record]);
      }
      const head = JSON.stringify([version, createdAt, expiresAt]);
      const args = [text, version, expected.version ?? '', keepVersions, memberOf(row), head];
      return change(scripts.write, [rowKeyOf(row), index, heads], args);
    },

    async remove(key, expected) {
      return change(scripts.remove, [rowKeyOf(key), index, heads], [expected, memberOf(key)]);
    },

    async page({ scope, after, limit }) {
      const owned = scope && `${scope.account}\0${scope.user}`;
      const start = after ? `(${memberOf(after)}` : owned === undefined ? '-' : `[${owned}\0`;
      const end = owned === undefined ? '+' : `(${owned}\u0001`; // a name follows \0
      const [found, stored] = listOf(await run(scripts.page, [index, heads], [start, end, limit]), 2);
      const members = listOf(found);
      const texts = listOf(stored, members.length);
      return members.map((member, at) => headOf(keyOf(member), texts[at]));
    },

    async versions(key) {
      return listOf(await run(scripts.versions, [rowKeyOf(key)])).map((text) => rowOf(key, text));
    },
  });
}

/** Names have no control character, so this is injective, and its order is that of the three texts. */
function memberOf({ account, user, name }: RowKey): string {
  return `${account}\0${user}\0${name}`;
}

function keyOf(member: unknown): RowKey {
  const [account, user, name, ...others] = typeof member === 'string' ? member.split('\0') : [];
  if (account !== undefined && user !== undefined && name && others.length === 0) {
    return { account, user, name };
  }
  throw new SecretError(...foreign);
}

function headOf({ account, user, name }: RowKey, text: unknown): RowHead {
  const [version, createdAt, expiresAt] = parsed(text);
  const isDate = typeof createdAt === 'number' && (expiresAt === null || typeof expiresAt === 'number');
  if (typeof version !== 'string' || !isDate) throw new SecretError(...foreign);
  return { account, user, name, version, createdAt, expiresAt: expiresAt ?? undefined };
}

function rowOf(key: RowKey, text: unknown): SecretRow {
  const [, , , record] = parsed(text);
  return { ...headOf(key, text), record: typeof record === 'string' ? record : '' }; // which does not open
}

/** Returns the parts of a text: version, createdAt, expiresAt, and the record of a row. */
function parsed(text: unknown): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(text as string); // of anything else it makes no list
    if (Array.isArray(parts)) return parts;
  } catch {
    // not JSON
  }
  throw new SecretError(...foreign);
}

function listOf(answer: unknown, length?: number): readonly unknown[] {
  if (Array.isArray(answer) && (length ?? answer.length) === answer.length) return answer;
  throw new SecretError(...otherAnswer);
}

const foreign: Meaning = [
  'invalid_data',
  'another program has written to the keys of the Redis table. Use another prefix.',
];
const otherAnswer: Meaning = [
  'invalid_data',
  'the answer to a script of the Redis table has another form. Pass a client that does not change answers.',
];

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
  ['WRONGTYPE', foreign],
  ['Socket', meanings.down],
  ['The', meanings.down], // node-redis: The client is closed
  ['Connection', meanings.down],
]);

function meaningOf(_: unknown, { message }: Readonly<Record<string, unknown>>): Meaning | undefined {
  const text = String(message);
  const inner = /\b(NOPERM|OOM|READONLY|WRONGTYPE)\b/.exec(text)?.[1]; // the error of a command within the script
  return byWord.get(inner ?? /^\w+/.exec(text)?.[0] ?? '');
}

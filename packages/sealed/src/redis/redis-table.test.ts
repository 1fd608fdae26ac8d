import { describeProvider } from '@secretkit/conformance';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isTested, type RedisServer, startRedis } from '../../test/servers.js';
import { describeTable } from '../../test/table-cases.js';
import { tableHarness } from '../../test/table-harness.js';
import { fromIoredis, fromNodeRedis, type RedisScripts } from './redis-client.js';
import { redisTable } from './redis-table.js';

const token = { account: '', user: '', name: 'token' };
const row = { ...token, version: 'v'.repeat(22), record: 'r', createdAt: 1, expiresAt: undefined };

describe.skipIf(!isTested('redis-server'))('Redis', () => {
  let server: RedisServer;
  const close: (() => unknown)[] = [];

  async function nodeRedis(username = 'operator', password = 'operator') {
    const socket = { host: server.host, port: server.port, reconnectStrategy: false } as const;
    const client = createClient({ socket, username, password });
    client.on('error', () => undefined);
    close.push(() => client.destroy());
    await client.connect();
    return fromNodeRedis(client);
  }

  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => {
    for (const each of close) await Promise.resolve(each()).catch(() => undefined);
    await server.stop();
  });

  describe('with node-redis', () => {
    let client: RedisScripts;
    beforeAll(async () => {
      client = await nodeRedis();
    });
    const open = async () => {
      await server.command('FLUSHALL');
      return redisTable(client);
    };
    describeTable('Redis', open, { describe, it });
    describeProvider('Redis', tableHarness(open), { describe, it });
  });

  describe('with ioredis', () => {
    let client: Redis;
    beforeAll(() => {
      client = new Redis({
        host: server.host,
        port: server.port,
        username: 'operator',
        password: 'operator',
      });
      close.push(() => client.disconnect());
    });
    const open = async () => {
      await server.command('FLUSHALL');
      return redisTable(fromIoredis(client), { prefix: 'other' });
    };
    describeTable('Redis', open, { describe, it });
  });

  it('reports an empty script answer, foreign keys and failures by their codes', async () => {
    await server.command('FLUSHALL');
    const commands = ['+eval', '+lindex', '+lrange', '+lpush', '+ltrim', '+lset', '+del'];
    const index = ['+zadd', '+zrem', '+zrangebylex', '+hset', '+hdel', '+hmget'];
    await server.command('ACL', 'SETUSER', 'app', 'on', '>CANARY-1', '~{secretkit}:*', ...commands, ...index);
    const least = redisTable(await nodeRedis('app', 'CANARY-1'));
    expect(await least.write(row, { version: undefined }, { keepVersions: 10 })).toBe(true);
    expect(await least.page({ limit: 10 }, {})).toHaveLength(1);
    expect(await least.write({ ...row, record: 's' }, { record: 'r' }, { keepVersions: 10 })).toBe(true);
    expect(await least.versions(token, {})).toHaveLength(1);
    expect(await least.remove(token, row.version, {})).toBe(true);

    const codeOf = async (run: Promise<unknown>) => {
      const error: unknown = await run.catch((thrown: unknown) => thrown);
      expect(String(error)).not.toContain('CANARY');
      return (error as { code?: unknown }).code;
    };
    const foreign = redisTable(await nodeRedis('app', 'CANARY-1'), { prefix: 'others' });
    expect(await codeOf(foreign.read([token], {}))).toBe('permission_denied');
    await server.command('SET', '{secretkit}:row:\0\0token', 'CANARY-2');
    expect(await codeOf(least.read([token], {}))).toBe('invalid_data');
    await server.command('DEL', '{secretkit}:row:\0\0token');
    await server.command('LPUSH', '{secretkit}:row:\0\0token', 'CANARY-3');
    expect(await codeOf(least.read([token], {}))).toBe('invalid_data');
    await server.command('FLUSHALL');
    await server.command('CONFIG', 'SET', 'maxmemory', '1');
    expect(await codeOf(least.write(row, { version: undefined }, { keepVersions: 10 }))).toBe(
      'quota_exceeded',
    );
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
    await server.kill('app');
    await expect.poll(() => codeOf(least.read([token], {}))).toBe('unavailable');
  });
});

it.each([undefined, null, 5, {}])('the functions of clients refuse another one: %j', (client) => {
  expect(() => fromNodeRedis(client as never)).toThrow(/^fromNodeRedis: client must be .* package redis/);
  expect(() => fromIoredis(client as never)).toThrow(/^fromIoredis: client must be .* package ioredis/);
});

it.each<[unknown]>([
  [null],
  [undefined],
  [5],
  ['CANARY'],
  [{}],
  [['null']],
  [['5']],
  [['{}']],
  [['"CANARY"']],
  [['[1]']],
  [['["CANARY",1]']],
  [[5]],
  [[['a\0b\0CANARY'], ['null']]],
  [[['a\0b\0CANARY'], [null]]],
  [[['CANARY'], ['["v",1,null]']]],
  [[[5], ['["v",1,null]']]],
  [[['a\0b\0c'], []]],
])('an answer that the table has not written is invalid_data, without its content: %j', async (answer) => {
  const table = redisTable({ eval: async () => answer });
  const calls = [
    () => table.page({ limit: 10 }, {}),
    () => table.versions(token, {}),
    () => table.read([token], {}),
    () => table.write(row, { version: undefined }, { keepVersions: 10 }),
    () => table.remove(token, row.version, {}),
  ];
  for (const call of calls) {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'SecretError', code: 'invalid_data' });
    expect(String(error)).toMatch(/Redis table.*(Use another prefix|Pass a client)/);
    expect(String(error)).not.toContain('CANARY');
  }
});

it.each<[unknown, object]>([
  [undefined, {}],
  [{}, {}],
  [{ eval() {} }, { prefix: 'a{b}' }],
  [{ eval() {} }, { prefix: 5 }],
  [{ eval() {} }, { prefx: 'a' }],
])('redisTable refuses wrong arguments: %j %j', (client, options) => {
  expect(() => redisTable(client as RedisScripts, options)).toThrow(/^redisTable: /);
});

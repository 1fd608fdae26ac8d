import type { Harness } from '@secretkit/conformance';
import { reportProvider } from '@secretkit/conformance';
import mysql from 'mysql2/promise';
import pg from 'pg';
import { createClient } from 'redis';
import { type D1Binding, d1Table } from '../../src/d1/d1-table.js';
import { mysqlTable } from '../../src/mysql/mysql-table.js';
import { postgresTable } from '../../src/postgres/postgres-table.js';
import { fromNodeRedis } from '../../src/redis/redis-client.js';
import { redisTable } from '../../src/redis/redis-table.js';
import { sealedCodec } from '../../src/sealed-codec.js';
import { sealedSecrets } from '../../src/table/sealed-secrets.js';
import type { SecretTable } from '../../src/table/secret-table.js';
import { migration } from '../migration.js';
import { startMariadb, startPostgres, startRedis } from '../servers.js';
import { tableHarness } from '../table-harness.js';
import { runWriters } from '../writers.js';
import { canariesIn } from './dump.js';
import { count, fillWithOldKey, type Killed, killAtEveryCall, killProcess } from './killed-reseal.js';
import { type Swaps, swappable, swapRecords, swapRows } from './swaps.js';

/** The numbers of operations, and of processes that are killed. */
export interface Size {
  readonly postgres: number;
  readonly mariadb: number;
  readonly redis: number;
  readonly d1: number;
  readonly kills: number;
}

/** One line of the table. */
export interface Row {
  readonly proof: string;
  readonly runs: number;
  readonly wrong: number;
  readonly figures: string;
}

/** A database of a run. */
interface Site {
  readonly table: SecretTable;
  empty(): Promise<unknown>;
  /** Returns everything that the database stores. */
  dump(): Promise<string>;
  close(): Promise<unknown>;
}

/** Runs every part, and returns a row for each. `wrong` must be 0 everywhere. */
export async function proveSealed(size: Size, openD1: () => Promise<D1Site>): Promise<readonly Row[]> {
  const rows: Row[] = [
    ...(await proveSwaps()),
    rowOfKills('reseal() ended at every call, in memory', await killAtEveryCall()),
  ];
  const postgres = await openPostgres();
  try {
    rows.push(
      rowOfKills('reseal() killed by SIGKILL, PostgreSQL', await killProcesses(postgres, size.kills)),
    );
    rows.push(...(await proveSite('PostgreSQL', postgres, size.postgres)));
  } finally {
    await postgres.close();
  }
  for (const [name, open, operations] of [
    ['MariaDB', openMariadb, size.mariadb],
    ['Redis', openRedis, size.redis],
    ['D1', async () => siteOfD1(await openD1()), size.d1],
  ] as const) {
    const site = await open();
    try {
      rows.push(...(await proveSite(name, site, operations)));
      if (name === 'D1')
        rows.push(await proveConformance(tableHarness(() => site.empty().then(() => site.table))));
    } finally {
      await site.close();
    }
  }
  return rows;
}

async function proveSwaps(): Promise<readonly Row[]> {
  const rowOfSwaps = (proof: string, swaps: Swaps): Row => ({
    proof,
    runs: swaps.swapped,
    wrong: swaps.openedElsewhere + swaps.untouched - swaps.opened,
    figures: `${swaps.openedElsewhere} opened elsewhere; untouched ${swaps.opened} of ${swaps.untouched} opened`,
  });
  const rows = [
    rowOfSwaps('records moved to another context', await swapRecords()),
    rowOfSwaps('records moved to another row, through the provider', await swapRows()),
  ];
  for (const field of swappable) {
    const { swapped, openedElsewhere } = await swapRecords(field);
    // A record under a key of other bytes does not open, even if it is not bound to the key's id.
    const expected = field === 'keyId' ? 2 : swapped;
    const figures = `${openedElsewhere} opened, as they must: the proof can fail`;
    rows.push({
      proof: `… with a codec that leaves out ${field}`,
      runs: swapped,
      wrong: Math.abs(expected - openedElsewhere),
      figures,
    });
  }
  return rows;
}

async function proveSite(name: string, site: Site, operations: number): Promise<readonly Row[]> {
  await site.empty();
  const plain = await canariesIn(site.table, site.dump, true);
  await site.empty();
  const sealed = await canariesIn(site.table, site.dump, false);
  await site.empty();
  const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'writers' });
  const startedAt = performance.now();
  process.stderr.write(`${operations} operations by 10 writers, ${name} …\n`); // a soak takes minutes
  const writers = await runWriters(sealedSecrets({ table: site.table, codec }), { operations, seed: 23 });
  const perSecond = Math.round(operations / ((performance.now() - startedAt) / 1_000));
  process.stderr.write(`${writers.lost} lost, ${writers.wrong} unlike the model, ${perSecond} a second\n`);
  return [
    {
      proof: `canaries in a dump, ${name}`,
      runs: sealed.written,
      wrong: sealed.shown + plain.written - plain.shown,
      figures: `${sealed.shown} shown; a plain table shows ${plain.shown} of ${plain.written}`,
    },
    {
      proof: `operations by 10 writers, ${name}`,
      runs: writers.operations,
      wrong: writers.lost + writers.wrong,
      figures: `${writers.lost} lost, ${writers.wrong} unlike the model; ${writers.conflicts} conflicts, ${perSecond} a second`,
    },
  ];
}

async function proveConformance(harness: Harness): Promise<Row> {
  const { passed, total, cases } = await reportProvider('D1', harness);
  const [failed] = cases.filter((each) => !each.passed);
  return {
    proof: 'cases of the conformance kit, D1',
    runs: total,
    wrong: total - passed,
    figures: `${passed} passed${failed ? `; ${failed.failure}` : ''}`,
  };
}

function rowOfKills(proof: string, { kills, records, lost, left }: Killed): Row {
  return {
    proof,
    runs: kills,
    wrong: lost + left,
    figures: `${lost} of ${records} records lost; ${left} left by the next run`,
  };
}

async function killProcesses(site: PostgresSite, kills: number): Promise<Killed> {
  const sum = { kills: 0, records: 0, lost: 0, left: 0 };
  for (let kill = 0; kill < kills; kill += 1) {
    await site.empty();
    await fillWithOldKey(site.table);
    if (!(await killProcess(site.config, 2 + Math.round((kill * 28) / kills)))) continue; // a run makes 31 calls
    sum.kills += 1;
    await count(site.table, sum);
  }
  if (sum.kills < kills / 2)
    throw new Error(`only ${sum.kills} of ${kills} processes were killed before their end.`);
  return sum;
}

interface PostgresSite extends Site {
  readonly config: object;
}

async function openPostgres(): Promise<PostgresSite> {
  const server = await startPostgres();
  await server.sql("create role app login password 'app'");
  await server.sql('create schema app authorization app');
  const { host, port, database } = server;
  const config = { host, port, database, user: 'app', password: 'app', max: 10 };
  const pool = new pg.Pool(config);
  pool.on('error', () => undefined); // the server ends before all connections have
  pool.on('connect', (client) => client.on('error', () => undefined));
  for (const statement of migration('postgres')) await pool.query(statement);
  const textOf = async (table: string) =>
    JSON.stringify((await pool.query(`select row_to_json(t)::text as row from ${table} t`)).rows);
  return {
    config,
    table: postgresTable(pool),
    empty: () => pool.query('delete from secretkit_secrets'),
    dump: async () => (await textOf('secretkit_secrets')) + (await textOf('secretkit_secrets_history')),
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

async function openMariadb(): Promise<Site> {
  const server = await startMariadb();
  await server.sql('create database secrets');
  await server.sql("create user 'app'@'%' identified by 'app'");
  await server.sql("grant all on secrets.* to 'app'@'%'");
  const { host, port } = server;
  const pool = mysql.createPool({
    host,
    port,
    database: 'secrets',
    user: 'app',
    password: 'app',
    connectionLimit: 10,
  });
  for (const statement of migration('mysql')) await pool.query(statement);
  const textOf = async (table: string) => {
    const [rows] = await pool.query<mysql.RowDataPacket[]>(`select * from ${table}`);
    return rows.flatMap((row) => Object.values(row).map(String)).join('\n');
  };
  return {
    table: mysqlTable(pool),
    empty: () => pool.query('delete from secretkit_secrets'),
    dump: async () => (await textOf('secretkit_secrets')) + (await textOf('secretkit_secrets_history')),
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

async function openRedis(): Promise<Site> {
  const server = await startRedis();
  const client = createClient({ socket: { host: server.host, port: server.port } });
  client.on('error', () => undefined);
  await client.connect();
  const rows = async () => {
    const texts: string[] = [];
    for (const key of await client.keys('*:row:*')) texts.push(key, ...(await client.lRange(key, 0, -1)));
    texts.push(JSON.stringify(await client.hGetAll('{secretkit}:heads')));
    return texts.join('\n');
  };
  return {
    table: redisTable(fromNodeRedis(client)),
    empty: () => client.flushAll(),
    dump: rows,
    async close() {
      client.destroy();
      await server.stop();
    },
  };
}

/** A database of miniflare. */
export interface D1Site {
  readonly binding: D1Binding;
  close(): Promise<unknown>;
}

async function siteOfD1({ binding, close }: D1Site): Promise<Site> {
  const run = (sql: string) => binding.batch([binding.prepare(sql)]);
  for (const statement of migration('sqlite')) await run(statement);
  const textOf = async (table: string) =>
    JSON.stringify((await binding.prepare(`select * from ${table}`).all()).results);
  return {
    table: d1Table(binding),
    empty: () =>
      binding.batch(
        ['secretkit_secrets', 'secretkit_secrets_history'].map((table) =>
          binding.prepare(`delete from ${table}`),
        ),
      ),
    dump: async () => (await textOf('secretkit_secrets')) + (await textOf('secretkit_secrets_history')),
    close,
  };
}

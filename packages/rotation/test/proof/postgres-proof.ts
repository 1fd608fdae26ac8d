import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { rotating } from '@secretkit/rotation';
import { pgPool } from '@secretkit/rotation/pg';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../postgres-server.js';
import { alternating } from './rotate.js';
import { type Case, casesOf, type Open, practiceOf, runCases, type Size, type Subject } from './run-cases.js';
import { type ProofServer, schema } from './site.js';

const poolSize = 10;

function proofServer(server: PostgresServer): ProofServer {
  return {
    createUser: ({ username, password }) =>
      server.sql(`create role ${username} login password '${password}'`),
    setPassword: ({ username, password }) => server.sql(`alter role ${username} password '${password}'`),
    connections: async (username) =>
      (await server.sql(`select pid from pg_stat_activity where usename = '${username}'`)).length,
    restart: server.restart,
    stop: server.stop,
  };
}

function subjectOf(pool: pg.Pool, statement: string, close: () => Promise<void>): Subject {
  let connections = 0;
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    connections += 1;
    client.on('error', () => undefined); // the server ends sessions
  });
  const transaction = async (): Promise<void> => {
    const client = await pool.connect();
    try {
      for (const part of ['begin', statement, 'commit']) await client.query(part);
    } finally {
      client.release();
    }
  };
  return {
    query: () => (statement === 'select 1' ? pool.query(statement) : transaction()),
    connections: () => connections,
    close,
  };
}

/** Runs every case, some at a time. */
export async function provePostgres(size: Size, atOnce: number) {
  const postgres = await startPostgres();
  const { host, port, database } = postgres;
  const address = { host, port, database, max: poolSize };

  const secretkit =
    (statement = 'select 1'): Open =>
    async (site, { maxUses, deadlineMs }) => {
      const secrets = createSecrets(recommended({ circuitBreaker: { openMs: 1_000 } })(site.provider));
      const rotation = rotating(secrets, 'db', { schema, deadlineMs, watchMs: 1_000 });
      const pool = await pgPool(pg, rotation, { ...address, maxUses });
      const subject = subjectOf(pool, statement, async () => {
        await rotation.close();
        await secrets.close();
      });
      const hasAccepted = (version: string | undefined) => rotation.health().clients[0]?.version === version;
      return { ...subject, hasAccepted };
    };
  const readOnce: Open = async (site, { maxUses }) => {
    const { username: user, password } = await site.read();
    const pool = new pg.Pool({ ...address, user, password, maxUses });
    return subjectOf(pool, 'select 1', () => pool.end());
  };
  const passwordFunction: Open = async (site, { maxUses }) => {
    const { username: user } = await site.read(); // it is static in pg
    const password = async () => (await site.read()).password;
    const pool = new pg.Pool({ ...address, user, password, maxUses });
    return subjectOf(pool, 'select 1', () => pool.end());
  };

  const ours = { client: 'pgPool', open: secretkit() };
  const transactions: Case = {
    client: ours.client,
    name: 'alternating, transactions',
    open: secretkit('select pg_sleep(0.05)'),
    rotate: alternating('server', 0),
  };
  const practice = [
    { client: 'password read once', open: readOnce },
    { client: 'password function', open: passwordFunction },
  ];
  try {
    const cases = [...casesOf(ours), transactions, ...practiceOf(practice)];
    return await runCases(proofServer(postgres), size, atOnce, cases, [ours]);
  } finally {
    await postgres.stop();
  }
}

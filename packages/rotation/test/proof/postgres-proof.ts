import { pgPool } from '@secretkit/rotation/pg';
import { postgresClient } from '@secretkit/rotation/postgres';
import pg from 'pg';
import postgres from 'postgres';
import { type PostgresServer, startPostgres } from '../postgres-server.js';
import { type AwsWrapper, byAwsWrapper } from './aws-wrapper.js';
import { openRotation } from './open-rotation.js';
import { type Connection, renewedConnections } from './renewed-connections.js';
import { alternating } from './rotate.js';
import { type Case, casesOf, type Open, practiceOf, runCases, type Size, type Subject } from './run-cases.js';
import type { ProofServer } from './site.js';

const poolSize = 10;
const query = ['select 1'];
const transaction = ['begin', 'select pg_sleep(0.05)', 'commit'];

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

function subjectOf(pool: pg.Pool, statements: readonly string[]): Omit<Subject, 'close'> {
  let connections = 0;
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    connections += 1;
    client.on('error', () => undefined); // the server ends sessions
  });
  return {
    async query() {
      const client = await pool.connect();
      try {
        for (const statement of statements) await client.query(statement);
      } finally {
        client.release();
      }
    },
    connections: () => connections,
  };
}

/** Runs every case, some at a time. */
export async function provePostgres(size: Size, atOnce: number, awsWrapper?: AwsWrapper) {
  const server = await startPostgres();
  const { host, port, database } = server;
  const address = { host, port, database };

  const byPg =
    (statements = query): Open =>
    async (site, options) => {
      const { rotation, ...rest } = openRotation(site, options);
      const pool = await pgPool(pg, rotation, { ...address, max: poolSize, maxUses: options.maxUses });
      return { ...subjectOf(pool, statements), ...rest };
    };
  /** postgres counts no uses, so a client has one connection, and is replaced after its last use. */
  const byPostgres =
    (statements = query): Open =>
    async (site, options) => {
      const { rotation, ...rest } = openRotation(site, options);
      const make = (login: object) => postgres({ ...address, max: 1, ...login });
      async function open(onOpen: () => void): Promise<Connection> {
        const db = await postgresClient(make, rotation, { closeMs: options.deadlineMs * 3 }); // its queue may be long
        onOpen();
        const run = () =>
          db.use(async (sql) => {
            for (const statement of statements) await sql.unsafe(statement);
          });
        return { send: run, close: db.close };
      }
      return {
        ...renewedConnections(open, (connection) => connection.send(''), options.maxUses, 4), // each verifies a rotation
        ...rest,
      };
    };
  const practiceByPg =
    (isReadOnce: boolean): Open =>
    async (site, { maxUses }) => {
      const { username: user, password } = await site.read(); // the user is static in pg
      const pool = new pg.Pool({
        ...address,
        user,
        password: isReadOnce ? password : async () => (await site.read()).password,
        max: poolSize,
        maxUses,
      });
      return { ...subjectOf(pool, query), close: () => pool.end() };
    };

  const isSmall = size.rotations < 20; // postgres logs in for each client and each rotation: too slow for CI
  const clients = [
    { client: 'pgPool', by: byPg },
    ...(isSmall ? [] : [{ client: 'postgresClient', by: byPostgres }]),
  ];
  const practice = [
    { client: 'password read once', open: practiceByPg(true) },
    { client: 'password function', open: practiceByPg(false) },
    ...(awsWrapper
      ? [{ client: "AWS's wrapper", open: byAwsWrapper(awsWrapper.AwsPGClient, address, 'select 1') }]
      : []),
  ];
  const cases: readonly Case[] = [
    ...clients.flatMap(({ client, by }): Case[] => [
      ...casesOf({ client, open: by() }),
      { client, name: 'alternating, transactions', open: by(transaction), rotate: alternating('server', 0) },
    ]),
    ...practiceOf(size, practice),
  ];
  try {
    const own = clients.map(({ client, by }) => ({ client, open: by() }));
    return await runCases(proofServer(server), size, atOnce, cases, own);
  } finally {
    await server.stop();
  }
}

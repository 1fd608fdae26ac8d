import { mysqlPool } from '@secretkit/rotation/mysql2';
import mysql from 'mysql2/promise';
import { startMariadb } from '../mariadb-server.js';
import { type AwsWrapper, byAwsWrapper } from './aws-wrapper.js';
import { openRotation } from './open-rotation.js';
import { type Connection, renewedConnections } from './renewed-connections.js';
import { alternating } from './rotate.js';
import { type Case, casesOf, type Open, practiceOf, runCases, type Size, type Subject } from './run-cases.js';
import type { ProofServer } from './site.js';

const poolSize = 10;

function proofServer(server: Awaited<ReturnType<typeof startMariadb>>): ProofServer {
  return {
    async createUser({ username, password }) {
      await server.sql(`create user '${username}'@'%' identified by '${password}'`);
      await server.sql(`grant all on test.* to '${username}'@'%'`);
    },
    setPassword: ({ username, password }) =>
      server.sql(`alter user '${username}'@'%' identified by '${password}'`),
    connections: async (username) =>
      (await server.sql(`select id from information_schema.processlist where user = '${username}'`)).length,
    restart: server.restart,
    stop: server.stop,
  };
}

/** Destroys a connection after its last use: a pool of mysql2 has no option for it. */
function subjectOf(pool: mysql.Pool, statements: readonly string[], maxUses: number): Omit<Subject, 'close'> {
  let connections = 0;
  const uses = new Map<number, number>();
  pool.on('connection', () => (connections += 1));
  return {
    async query() {
      const connection = await pool.getConnection();
      const { threadId } = connection;
      const count = (uses.get(threadId) ?? 0) + 1;
      uses.set(threadId, count);
      try {
        for (const statement of statements) await connection.query(statement);
      } finally {
        if (count < maxUses) connection.release();
        else {
          uses.delete(threadId);
          connection.destroy();
        }
      }
    },
    connections: () => connections,
  };
}

/** Runs every case, some at a time. */
export async function proveMariadb(size: Size, atOnce: number, awsWrapper?: AwsWrapper) {
  const mariadb = await startMariadb();
  const { host, port, database } = mariadb;
  const address = { host, port, database };

  const secretkit =
    (...statements: readonly string[]): Open =>
    async (site, { maxUses, ...options }) => {
      const { rotation, ...rest } = openRotation(site, { maxUses, ...options });
      const pool = await mysqlPool(mysql, rotation, { ...address, connectionLimit: poolSize });
      return { ...subjectOf(pool, statements, maxUses), ...rest };
    };
  const readOnce: Open = async (site, { maxUses }) => {
    const { username: user, password } = await site.read();
    const pool = mysql.createPool({ ...address, user, password, connectionLimit: poolSize });
    return { ...subjectOf(pool, ['select 1'], maxUses), close: () => pool.end() };
  };
  /** A pool of mysql2 refuses a function, so each connection is made with what was just read. */
  const readForEach: Open = async (site, { maxUses }) => {
    const open = async (onOpen: () => void): Promise<Connection> => {
      const { username: user, password } = await site.read();
      const connection = await mysql.createConnection({ ...address, user, password });
      connection.on('error', () => undefined);
      onOpen();
      return { send: (statement) => connection.query(statement), close: () => connection.end() };
    };
    return renewedConnections(open, (connection) => connection.send('select 1'), maxUses);
  };

  const ours = { client: 'mysqlPool', open: secretkit('select 1') };
  const transactions: Case = {
    client: ours.client,
    name: 'alternating, transactions',
    open: secretkit('begin', 'select sleep(0.05)', 'commit'),
    rotate: alternating('server', 0),
  };
  const practice = [
    { client: 'password read once', open: readOnce },
    { client: 'password read for each', open: readForEach },
    ...(awsWrapper
      ? [
          {
            client: "AWS's wrapper",
            open: byAwsWrapper(
              awsWrapper.AwsMySQLClient,
              { ...address, host: 'localhost' }, // it remembers that 127.0.0.1 is a PostgreSQL
              { sql: 'select 1' },
            ),
          },
        ]
      : []),
  ];
  try {
    const cases = [...casesOf(ours), transactions, ...practiceOf(size, practice)];
    return await runCases(proofServer(mariadb), size, atOnce, cases, [ours]);
  } finally {
    await mariadb.stop();
  }
}

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { type PostgresServer, startPostgres } from '../../../rotation/test/postgres-server.js';
import { isTested } from '../../../rotation/test/server-process.js';
import { type AppRoleOptions, appRole, type VaultAuth } from '../../src/index.js';
import { hasOpenBao, type OpenBao, startOpenBao } from '../openbao.js';

/** Whether both servers are installed. In CI they must be. */
export const hasDatabase: boolean = hasOpenBao && isTested('initdb', 'postgres');

/** A role of the database engine: the lengths of its leases, as `20s`. */
export interface DatabaseRole {
  readonly ttl: string;
  readonly max: string;
  /** Whether OpenBao reaches the database by a way that `interrupt` ends. @defaultValue false */
  readonly isInterrupted?: boolean;
}

/** OpenBao with an engine for accounts of PostgreSQL, which checks passwords (scram). */
export interface LeasingDatabase {
  readonly bao: OpenBao;
  readonly postgres: PostgresServer;
  /** Adds a role: `database/creds/NAME`. */
  addRole(name: string, role: DatabaseRole): Promise<void>;
  /** Adds an AppRole that may read everything, and returns its login. */
  addLogin(name: string, token?: Readonly<Record<string, unknown>>): Promise<VaultAuth>;
  /** Makes a token with policies. */
  makeToken(token: Readonly<Record<string, unknown>>): Promise<string>;
  /** Logs in with a credential, and returns `accepted`, or why not. */
  connect(credential: string): Promise<'accepted' | 'refused' | 'down'>;
  /** Returns the accounts that the engine has made and not deleted. */
  accounts(): Promise<readonly string[]>;
  /** Ends the way of some roles to the database, for a time. */
  interrupt(ms: number): Promise<void>;
  close(): Promise<void>;
}

const policy = `path "*" { capabilities = ["create", "read", "update", "list", "delete"] }`;
const noRevocation = `path "database/*" { capabilities = ["read"] }`;

export async function startLeasingDatabase(): Promise<LeasingDatabase> {
  const postgres = await startPostgres();
  const { host, port, database } = postgres;
  await postgres.sql(`create role bao with login superuser password 'bao'`);
  const bao = await startOpenBao();
  const post = (path: string, body: object) => bao.ask({ method: 'POST', path, body });
  await post('sys/mounts/database', { type: 'database' });
  await post('sys/mounts/kv', { type: 'kv', options: { version: '2' } });
  await post('sys/auth/approle', { type: 'approle' });
  await post('sys/policies/acl/all', { policy });
  await post('sys/policies/acl/no-revocation', { policy: noRevocation });
  const relay = await startRelay(port);
  for (const [name, relayedPort] of [
    ['postgres', port],
    ['interrupted', relay.port],
  ] as const) {
    await post(`database/config/${name}`, {
      plugin_name: 'postgresql-database-plugin',
      allowed_roles: '*',
      connection_url: `postgresql://{{username}}:{{password}}@${host}:${relayedPort}/${database}?sslmode=disable`,
      username: 'bao',
      password: 'bao',
    });
  }

  return {
    bao,
    postgres,
    async addRole(name, { ttl, max, isInterrupted = false }) {
      await post(`database/roles/${name}`, {
        db_name: isInterrupted ? 'interrupted' : 'postgres',
        creation_statements: [
          `CREATE ROLE "{{name}}" WITH LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';`,
        ],
        default_ttl: ttl,
        max_ttl: max,
      });
    },
    async addLogin(name, token = {}) {
      await post(`auth/approle/role/${name}`, { token_policies: ['all'], ...token });
      const { data } = await bao.ask(`auth/approle/role/${name}/role-id`);
      const { data: secret } = await post(`auth/approle/role/${name}/secret-id`, {});
      const options: AppRoleOptions = { roleId: data['role_id'] ?? '', secretId: secret['secret_id'] ?? '' };
      return appRole(options);
    },
    async makeToken(token) {
      return (await post('auth/token/create', token)).auth.client_token;
    },
    async connect(credential) {
      const { username: user, password } = JSON.parse(credential) as Record<string, string>;
      const client = new pg.Client({ host, port, database, user, password });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return 'accepted';
      } catch (error) {
        return /^28/.test(String((error as { code?: unknown }).code)) ? 'refused' : 'down';
      } finally {
        await client.end().catch(() => undefined);
      }
    },
    async accounts() {
      const rows = await postgres.sql(`select rolname from pg_roles where rolname like 'v-%'`);
      return rows.map(({ rolname }) => String(rolname));
    },
    interrupt: relay.interrupt,
    async close() {
      await bao.close();
      await relay.close();
      await postgres.stop();
    },
  };
}

/** A way to a port of this machine that can be interrupted. */
async function startRelay(target: number) {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  const end = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo; // of a TCP server
  return {
    port,
    close: end,
    async interrupt(ms: number) {
      await end();
      await new Promise((resolve) => setTimeout(resolve, ms));
      await listen(port);
    },
  };
}

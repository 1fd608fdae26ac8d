import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort } from './free-port.js';

/** The database in which OpenBao makes accounts. */
export interface Database {
  readonly port: number;
  readonly superuser: { readonly user: string; readonly password: string };
}

/** A development server of OpenBao, in memory, with an AppRole that may use the secrets below `app/`, and get accounts. */
export interface OpenBao {
  readonly address: string;
  readonly roleId: string;
  readonly secretId: string;
  /** Lets it make accounts in a database: `database/creds/app`. */
  addDatabase(database: Database): Promise<void>;
  close(): Promise<void>;
}

const installed = fileURLToPath(new URL('../../../.venv/openbao/bin/bao', import.meta.url)); // as `.ci/run` installs it
const program = process.env['SECRETKIT_OPENBAO'] ?? (existsSync(installed) ? installed : 'bao');

/** Whether the program is there. In CI it must be. */
export const hasOpenBao: boolean = existsSync(program) || process.env['SECRETKIT_CI'] !== undefined;

const policy = `
path "secret/data/app/*" { capabilities = ["create", "update", "read"] }
path "secret/metadata/app/*" { capabilities = ["read", "list"] }
path "secret/delete/app/*" { capabilities = ["update"] }
path "database/creds/app" { capabilities = ["read"] }
`;

export async function startOpenBao(): Promise<OpenBao> {
  const port = await freePort();
  const token = randomUUID();
  const flags = ['-dev', '-dev-no-store-token', `-dev-root-token-id=${token}`];
  const server = spawn(program, ['server', ...flags, `-dev-listen-address=127.0.0.1:${port}`], {
    stdio: 'ignore',
  });
  process.once('exit', () => server.kill('SIGKILL'));
  const address = `http://127.0.0.1:${port}`;

  async function ask(path: string, body?: object): Promise<Readonly<Record<string, string>>> {
    const response = await fetch(`${address}/v1/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'x-vault-token': token },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    const text = await response.text();
    return text === '' ? {} : (JSON.parse(text) as { data: Readonly<Record<string, string>> }).data;
  }

  await answering(server, () => ask('secret/config'));
  await ask('sys/policies/acl/app', { policy });
  await ask('sys/auth/approle', { type: 'approle' });
  await ask('auth/approle/role/app', { token_policies: 'app', token_ttl: '1h' });
  const { role_id: roleId = '' } = await ask('auth/approle/role/app/role-id');
  const { secret_id: secretId = '' } = await ask('auth/approle/role/app/secret-id', {});
  return {
    address,
    roleId,
    secretId,
    async addDatabase({ port, superuser }) {
      await ask('sys/mounts/database', { type: 'database' });
      await ask('database/config/postgres', {
        plugin_name: 'postgresql-database-plugin',
        allowed_roles: 'app',
        connection_url: `postgresql://{{username}}:{{password}}@127.0.0.1:${port}/postgres?sslmode=disable`,
        username: superuser.user,
        password: superuser.password,
      });
      await ask('database/roles/app', {
        db_name: 'postgres',
        creation_statements: `CREATE ROLE "{{name}}" LOGIN PASSWORD '{{password}}' VALID UNTIL '{{expiration}}';`,
        default_ttl: '1h',
        max_ttl: '6h',
      });
    },
    close: () =>
      new Promise((resolve) => {
        server.once('exit', () => resolve());
        server.kill();
      }),
  };
}

async function answering(server: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  let failure: Error | undefined;
  server.once('error', () => {
    failure = new Error(
      `${program} cannot be started. Install OpenBao, or set SECRETKIT_OPENBAO to its path.`,
    );
  });
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    if (failure) throw failure;
    if (
      await ask().then(
        () => true,
        () => false,
      )
    ) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('OpenBao does not answer.');
}

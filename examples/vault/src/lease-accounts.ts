import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { appRole, vaultSecrets } from '@secretkit/vault';
import type { Postgres } from './postgres.js';
import type { Login } from './rotate-password.js';

/** Connects to PostgreSQL with accounts that OpenBao makes for the application, and that end with their leases. */
export async function leaseAccounts(
  print: (line: string) => void,
  { address, roleId, secretId }: Login,
  { query, superuser }: Pick<Postgres, 'query' | 'superuser'>,
): Promise<void> {
  const auth = appRole({ roleId, secretId });
  const secrets = createSecrets(
    recommended()(vaultSecrets({ address, mount: 'secret', leases: ['database/creds'], auth })),
  );
  const accounts = async (): Promise<number> =>
    (await query(superuser, `select rolname from pg_roles where rolname like 'v-%'`)).length;

  try {
    const account = () => secrets.require('database/creds/app');
    await Promise.all(Array.from({ length: 100 }, account));
    print(`accounts after a hundred reads: ${await accounts()}`);

    const { username, password } = JSON.parse((await account()).reveal()) as Record<string, string>;
    const [row] = await query({ user: username ?? '', password: password ?? '' }, 'select 6 * 7 as answer');
    print(`a query with it: ${JSON.stringify(row)}`);
  } finally {
    await secrets.close(); // it revokes the login, with its leases
  }
  for (let i = 0; i < 300 && (await accounts()) > 0; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100)); // OpenBao deletes accounts a moment later
  }
  print(`accounts after close: ${await accounts()}`);
}

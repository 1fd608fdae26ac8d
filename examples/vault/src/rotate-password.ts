import { inspect } from 'node:util';
import { createSecrets, isSecretError } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { appRole, vaultSecrets } from '@secretkit/vault';

/** Where the server is, and who the application is. */
export interface Login {
  readonly address: string;
  readonly roleId: string;
  readonly secretId: string;
}

/** Rotates a password that several writers may change, and reads it as the application does. */
export async function rotatePassword(
  print: (line: string) => void,
  { address, roleId, secretId }: Login,
): Promise<void> {
  const auth = appRole({ roleId, secretId });
  const secrets = createSecrets(
    recommended()(vaultSecrets({ address, mount: 'secret', prefix: 'app/', auth })),
  );
  try {
    const created = await secrets.compareAndSet(
      'database',
      JSON.stringify({ user: 'app', password: 'first' }),
      undefined,
    );
    const password = await secrets.require({ name: 'database', field: 'password' });
    print(`logged in by AppRole: ${inspect(password)} of version ${password.version}`);

    const next = JSON.stringify({ user: 'app', password: 'second' });
    const rotated = await secrets.compareAndSet('database', next, created.version);
    const before = await secrets.get({ name: 'database', version: created.version });
    print(
      `rotated to version ${rotated.version}, the version before is still there: ${before !== undefined}`,
    );

    const late = await secrets
      .compareAndSet('database', next, created.version)
      .catch((error: unknown) => error);
    print(`a writer that has not seen it: ${isSecretError(late) ? late.code : 'no error'}`);

    await secrets.delete('database');
    print(`deleted: ${(await secrets.get('database')) === undefined}`);
  } finally {
    await secrets.close(); // it revokes the token of the login
  }
}

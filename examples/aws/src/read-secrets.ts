import { inspect } from 'node:util';
import { type SecretsManagerClient, secretsManagerSecrets } from '@secretkit/aws/secrets-manager';
import { createSecrets, isSecretError } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';

/** Reads and rotates a secret, and prints a line about each step. */
export async function readSecrets(
  print: (line: string) => void,
  client: SecretsManagerClient & { readonly calls: () => string },
): Promise<void> {
  const provider = secretsManagerSecrets({ client, prefix: 'app/', recoveryWindowDays: 7 });
  const secrets = createSecrets(recommended()(provider));

  const { version } = await secrets.set('database', '{"username":"app","password":"first"}');
  const password = { name: 'database', field: 'password' };
  print(`created: ${inspect(await secrets.require(password))}`);

  await secrets.set('database', '{"username":"app","password":"second"}');
  const [now, before] = [
    await secrets.require(password),
    await secrets.require({ ...password, version: 'AWSPREVIOUS' }),
  ];
  print(
    `rotated: ${now.reveal() !== before.reveal()}, the version before is still there: ${before.version === version}`,
  );

  const names = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`key-${at}`, `key-${at}`]));
  for (const name of Object.keys(names)) await secrets.set(name, `of ${name}`);
  client.calls();
  await secrets.getMany(names);
  await secrets.getMany(names);
  print(`eighty reads: ${client.calls()}`);

  await secrets.delete('database');
  print(`deleted: ${inspect(await secrets.get('database'))}`);
  await secrets.set('database', 'again').catch((error: unknown) => {
    if (!isSecretError(error)) throw error;
    print(`written again: ${error.message}`);
  });
  await secrets.close();
}

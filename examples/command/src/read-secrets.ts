import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { compose, createSecrets, isSecretError } from '@secretkit/core';
import { execSecrets } from '@secretkit/exec';
import { cache } from '@secretkit/middleware/cache';

const vault = fileURLToPath(new URL('vault.mjs', import.meta.url));

/** Reads four secrets with a command, and prints a line about each. */
export async function readSecrets(print: (line: string) => void): Promise<void> {
  let commands = 0;
  const provider = execSecrets({
    command: ({ name }) => {
      commands += 1;
      return [process.execPath, vault, 'read', name];
    },
    output: 'json',
    exitCodes: { 4: 'missing' },
  });
  const secrets = createSecrets(compose(cache())(provider));

  const url = await secrets.require('database-url');
  print(`database-url: ${inspect(url)}, until ${url.expiresAt?.toISOString()}`);

  await Promise.all(Array.from({ length: 100 }, () => secrets.require('database-url')));
  print(`a hundred reads more: ${commands} command was run`);

  print(`no-such-name: ${inspect(await secrets.get('no-such-name'))}`);

  await secrets.get('broken').catch((error: unknown) => {
    if (!isSecretError(error)) throw error;
    print(`broken: ${error.message}`);
  });
  await secrets.close();
}

// A program that prints what it gets of a folder, without a value.
import { createSecrets, isSecretError } from '@secretkit/core';
import { directorySecrets } from '../src/directory-secrets.js';

const [, , directory = ''] = process.argv;
const secrets = createSecrets(directorySecrets({ directory }));

async function outcomeOf(call: () => Promise<string>): Promise<string> {
  try {
    return await call();
  } catch (error) {
    return isSecretError(error) ? error.code : 'another error';
  }
}

const read = async (name: string): Promise<string> => ((await secrets.get(name)) ? 'a value' : 'missing');
const list = async (): Promise<string> => {
  const names: string[] = [];
  for await (const { name } of secrets.list()) names.push(name);
  return names.join();
};
const outcomes = {
  token: await outcomeOf(() => read('token')),
  absent: await outcomeOf(() => read('absent')),
  list: await outcomeOf(list),
};
process.stdout.write(JSON.stringify(outcomes));

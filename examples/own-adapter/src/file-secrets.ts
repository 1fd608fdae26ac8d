import { readFile } from 'node:fs/promises';
import { SecretError, type SecretProvider, seal } from '@secretkit/core';

/** Secrets of a JSON file: an object of names and values. */
export function fileSecrets(path: string): SecretProvider {
  return {
    name: 'file',

    async get({ name, scope }, { signal }) {
      if (scope?.account ?? scope?.user) return undefined; // a file belongs to nobody
      const values = parse(await read(path, signal));
      if (!Object.hasOwn(values, name)) return undefined;
      const value: unknown = values[name];
      if (typeof value === 'string' && value !== '') return seal(value);
      throw new SecretError('invalid_data', `it is no text. Mend ${path}.`);
    },
  };
}

async function read(path: string, signal: AbortSignal | undefined): Promise<string> {
  try {
    return await readFile(path, { encoding: 'utf8', ...(signal && { signal }) });
  } catch {
    throw new SecretError('unavailable', `${path} cannot be read. Does it exist?`);
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new SecretError('invalid_data', 'the file is not JSON.'); // the parser's own error would quote it
  }
}

import { readFile } from 'node:fs/promises';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';

/** Reads secrets from a JSON file: an object of names and values. */
export function fileSecrets(path: string): SecretProvider {
  return {
    name: 'file',

    async get({ name, scope }, { signal }) {
      if (scope?.account ?? scope?.user) return undefined; // a file has no scopes
      const values = parse(await read(path, signal));
      const value = Object.hasOwn(values, name) ? values[name] : undefined;
      if (value === undefined || value === '') return undefined;
      if (typeof value === 'string') return seal(value);
      throw new SecretError('invalid_data', `the value must be a string. Fix ${path}.`);
    },
  };
}

async function read(path: string, signal: AbortSignal | undefined): Promise<string> {
  return readFile(path, { encoding: 'utf8', ...(signal && { signal }) }).catch(() => {
    throw new SecretError('unavailable', `${path} cannot be read. Does it exist?`);
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new SecretError('invalid_data', 'the file is not JSON.'); // the parser's own error would quote it
  }
}

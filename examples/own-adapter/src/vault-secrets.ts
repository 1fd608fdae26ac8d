import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { createHttp } from '@secretkit/http';

/** Reads secrets from a store that answers `{ "value": "…" }`, and `{ "value": null }` for a missing one. */
export function vaultSecrets(baseUrl: string): SecretProvider {
  const http = createHttp({ owner: 'vaultSecrets', baseUrl });
  return {
    name: 'vault',
    async get({ name, scope }, { signal }) {
      if (scope?.account ?? scope?.user) return undefined; // this store has no scopes
      const { body } = await http.request({ path: [], query: { name }, signal });
      const { value } = { ...body } as { readonly value?: unknown };
      if (value === null || value === '') return undefined;
      if (typeof value !== 'string') throw new SecretError('invalid_data', 'the answer must have a value.');
      return seal(value);
    },
  };
}

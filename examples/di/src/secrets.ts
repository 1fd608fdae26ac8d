import {
  compose,
  createSecrets,
  type SecretProvider,
  type Secrets,
  type SecretsReader,
} from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';

/** The application's client: one for as long as it runs. */
export function openSecrets(backend: SecretProvider): Secrets {
  return createSecrets(compose(cache({ ttlMs: 60_000 }))(backend));
}

/** What needs a secret: the partner's API, on behalf of one tenant. It is new for every request. */
export class Partner {
  readonly #secrets: SecretsReader;

  constructor(secrets: SecretsReader) {
    this.#secrets = secrets;
  }

  authorization(): Promise<string> {
    return this.#secrets.use('partner-token', (token) => `Bearer ${token.reveal()}`);
  }
}

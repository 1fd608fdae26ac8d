import {
  compose,
  createSecrets,
  type SecretProvider,
  type Secrets,
  type SecretsReader,
} from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';

/** Opens the application's one client. */
export function openSecrets(backend: SecretProvider): Secrets {
  return createSecrets(compose(cache({ ttlMs: 60_000 }))(backend));
}

/** The partner's API on behalf of one tenant. A new one is made for every request. */
export class Partner {
  readonly #secrets: SecretsReader;

  constructor(secrets: SecretsReader) {
    this.#secrets = secrets;
  }

  async orders(): Promise<string> {
    const response = await this.#secrets.use('partner-token', (token) =>
      fetch('https://partner.example/orders', { headers: { authorization: `Bearer ${token.reveal()}` } }),
    );
    return response.text();
  }
}

import { loadSecrets, optional } from '@secretkit/config';
import type { Secret, SecretsReader } from '@secretkit/core';
import { z } from 'zod';

/** The secrets that the application needs, checked and typed before the first request. */
export interface Config {
  readonly DATABASE_URL: Secret<URL>;
  readonly PARTNER_TOKEN: Secret;
  readonly POOL_SIZE: Secret<number>;
  readonly SENTRY_DSN: Secret | undefined;
}

export function loadConfig(secrets: SecretsReader): Promise<Config> {
  return loadSecrets(secrets, {
    DATABASE_URL: { ref: 'database-url', schema: z.url().transform((text) => new URL(text)) },
    PARTNER_TOKEN: { ref: 'partner-token', schema: z.string().min(8) },
    POOL_SIZE: { ref: 'pool-size', schema: z.coerce.number().int().positive(), default: 5 },
    SENTRY_DSN: optional({ ref: 'sentry-dsn', schema: z.url() }),
  });
}

/** Takes the place of an application: prints its configuration, and no value. */
export function describe({ DATABASE_URL, PARTNER_TOKEN, POOL_SIZE, SENTRY_DSN }: Config): string {
  return [
    `database  ${DATABASE_URL.reveal().hostname}, ${POOL_SIZE.reveal()} connections`,
    `partner   a token of ${PARTNER_TOKEN.reveal().length} characters`,
    `sentry    ${SENTRY_DSN ? 'on' : 'off'}`,
  ].join('\n');
}

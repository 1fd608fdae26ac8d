import type { SecretProvider } from '@secretkit/core';
import { openSecrets, Partner } from './secrets.js';

/** The objects of one request. */
export interface Request {
  readonly partner: Partner;
}

/** An application that is wired by hand. The code that opened it closes it. */
export interface Application {
  requestOf(account: string): Request;
  close(): Promise<void>;
}

export function application(backend: SecretProvider): Application {
  const secrets = openSecrets(backend);
  return {
    requestOf: (account) => ({ partner: new Partner(secrets.scoped({ account })) }),
    close: () => secrets.close(),
  };
}

import 'reflect-metadata';
import type { ScopedSecrets, SecretProvider, Secrets } from '@secretkit/core';
import { Container, type ServiceIdentifier } from 'inversify';
import { openSecrets, Partner } from './secrets.js';

export const SECRETS: ServiceIdentifier<Secrets> = Symbol('secrets');
const ACCOUNT: ServiceIdentifier<string> = Symbol('account');
const OWN_SECRETS: ServiceIdentifier<ScopedSecrets> = Symbol('ownSecrets');

/** `unbindAllAsync()` closes the client. */
export function application(backend: SecretProvider): Container {
  const container = new Container();
  container
    .bind(SECRETS)
    .toDynamicValue(() => openSecrets(backend))
    .inSingletonScope()
    .onDeactivation((secrets) => secrets.close());
  return container;
}

/** Returns the container of one request. */
export function requestOf(application: Container, account: string): Container {
  const container = new Container({ parent: application });
  container.bind(ACCOUNT).toConstantValue(account);
  container
    .bind(OWN_SECRETS)
    .toResolvedValue((secrets, own) => secrets.scoped({ account: own }), [SECRETS, ACCOUNT])
    .inSingletonScope();
  container.bind(Partner).toResolvedValue((secrets) => new Partner(secrets), [OWN_SECRETS]);
  return container;
}

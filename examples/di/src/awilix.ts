import type { ScopedSecrets, SecretProvider, Secrets } from '@secretkit/core';
import { type AwilixContainer, asFunction, asValue, createContainer } from 'awilix';
import { openSecrets, Partner } from './secrets.js';

/** The names that Awilix injects by. */
export interface Cradle {
  readonly backend: SecretProvider;
  readonly secrets: Secrets;
  readonly account: string;
  readonly ownSecrets: ScopedSecrets;
  readonly partner: Partner;
}

/** `container.dispose()` closes the client. */
export function application(backend: SecretProvider): AwilixContainer<Cradle> {
  return createContainer<Cradle>({ strict: true }).register({
    backend: asValue(backend),
    secrets: asFunction(({ backend }: Cradle) => openSecrets(backend))
      .singleton()
      .disposer((secrets) => secrets.close()),
    ownSecrets: asFunction(({ secrets, account }: Cradle) => secrets.scoped({ account })).scoped(),
    partner: asFunction(({ ownSecrets }: Cradle) => new Partner(ownSecrets)).scoped(),
  });
}

/** Returns the container of one request. */
export function requestOf(container: AwilixContainer<Cradle>, account: string): AwilixContainer<Cradle> {
  return container.createScope().register({ account: asValue(account) });
}

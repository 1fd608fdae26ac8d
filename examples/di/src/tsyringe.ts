import 'reflect-metadata';
import type { ScopedSecrets, SecretProvider, Secrets } from '@secretkit/core';
import {
  container,
  type DependencyContainer,
  type InjectionToken,
  inject,
  injectable,
  instancePerContainerCachingFactory,
} from 'tsyringe';
import { openSecrets, Partner } from './secrets.js';

const BACKEND: InjectionToken<SecretProvider> = Symbol('backend');
const ACCOUNT: InjectionToken<string> = Symbol('account');
const OWN_SECRETS: InjectionToken<ScopedSecrets> = Symbol('ownSecrets');

/** TSyringe disposes objects that it constructed, not those that a factory made: so a class holds the client. */
@injectable()
export class ApplicationSecrets {
  readonly client: Secrets;

  constructor(@inject(BACKEND) backend: SecretProvider) {
    this.client = openSecrets(backend);
  }

  dispose(): Promise<void> {
    return this.client.close();
  }
}

/** `dispose()` closes the client. */
export function application(backend: SecretProvider): DependencyContainer {
  const application = container
    .createChildContainer()
    .register(BACKEND, { useValue: backend })
    .registerSingleton(ApplicationSecrets);
  application.resolve(ApplicationSecrets); // a singleton belongs to the first container that resolves it
  return application;
}

/** Returns the container of one request. */
export function requestOf(application: DependencyContainer, account: string): DependencyContainer {
  return application
    .createChildContainer()
    .register(ACCOUNT, { useValue: account })
    .register(OWN_SECRETS, {
      useFactory: instancePerContainerCachingFactory((request) =>
        request.resolve(ApplicationSecrets).client.scoped({ account: request.resolve(ACCOUNT) }),
      ),
    })
    .register(Partner, { useFactory: (request) => new Partner(request.resolve(OWN_SECRETS)) });
}

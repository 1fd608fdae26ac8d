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

/** TSyringe disposes of what it has constructed, and of nothing that a factory made: so the client lives in a class. */
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
  application.resolve(ApplicationSecrets); // a singleton belongs to the container that was the first to ask for it
  return application;
}

/** What one request sees. */
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

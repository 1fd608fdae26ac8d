/**
 * ## When secrets are read
 *
 * - **At start-up** the secrets of `required` are read together, in one call for each scope where the backend supports it. If any
 *   is missing or cannot be read, the application does not start, and one error names all of them. Read a secret that may rotate
 *   through the client, not with `@InjectSecret`.
 * - **In a request** `scopeOf` is called at the first use of the client, because Nest creates injected objects before guards run.
 *   Its result is kept for that request. If it throws, or returns an empty scope or a tenant's id that is `undefined`, `null` or
 *   empty, that call fails before any I/O and the next call asks again: it never means the platform. A scoped client shares the
 *   stack and its cache with all others.
 * - **A durable provider must not depend on the client of a request**: Nest keeps it for many requests, and with it the client of the
 *   first one. The application does not start. Inject the client, and make the scope from the payload of your strategy:
 *   `@InjectSecrets() secrets` and `secrets.scoped({ account: payload.account })`.
 * - **On shutdown** the client closes in `onApplicationShutdown`, after HTTP has drained. Code that needs secrets on the way out
 *   runs in `onModuleDestroy` or `beforeApplicationShutdown`.
 * - **The provider of `forRoot` closes with the application.** If an application starts more than once in a process, as in tests,
 *   use `forRootAsync`, which makes a new provider each time.
 *
 * @packageDocumentation
 */

export { type InjectDecorator, InjectScopedSecrets, InjectSecret, InjectSecrets } from './inject.js';
export type {
  SecretsModuleOptions,
  SecretsModuleSetup,
  SecretsModuleSource,
  SecretsOptionsFactory,
} from './module-options.js';
export { SecretsModule } from './secrets-module.js';
export {
  getScopedSecretsToken,
  getSecretsToken,
  getSecretToken,
  type OfClient,
  type OfSecret,
} from './tokens.js';

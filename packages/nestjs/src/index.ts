/**
 * ## The module
 *
 * `SecretsModule.forRoot` takes these and the options of `createSecrets`. `forRootAsync` takes the
 * last four, `imports`, and exactly one of `useFactory` (with `inject`), `useClass` or `useExisting`. The factory, or the method
 * `createSecretsOptions()` of the class, returns `provider` and the options of `createSecrets`.
 *
 * | decorator | injects |
 * | --- | --- |
 * | `@InjectSecrets(client?)` | the client |
 * | `@InjectSecret(name, { scope? })` | one `Secret` of `required`, as it was at start-up; takes a `client` too |
 * | `@InjectScopedSecrets(client?)` | a client in the scope that `scopeOf` returns; Nest creates the class that injects it for each request |
 *
 * `getSecretsToken`, `getSecretToken` and `getScopedSecretsToken` return the injection tokens, for factories and tests. They are
 * symbols, so `emitDecoratorMetadata` is not needed. If it is on, import the types with `import type`.
 *
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
 * ## Errors
 *
 * | error | when |
 * | --- | --- |
 * | `TypeError` | a `durable` provider depends on `@InjectScopedSecrets()`, at start-up |
 * | `TypeError`, `RangeError` | wrong options, when the module is built; wrong options from a factory of `forRootAsync`, at start-up |
 * | `not_found` | secrets of `required` are missing; the error names all of them |
 * | the code of the first failure | secrets of `required` cannot be read; the error names all of them, each with its reason |
 * | `invalid_argument` | `scopeOf` returns an empty scope, or a field without a value; a ref leaves the scope |
 * | Nest's own, about a `Symbol(…)` | nothing provides the injected dependency; the symbol names the option of the module that is missing |
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

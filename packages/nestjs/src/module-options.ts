import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { SecretsOptions } from '@secretkit/core';
import type { SecretProvider, SecretRef, SecretScope } from '@secretkit/core/provider';

/** The provider of the client, and the options of `createSecrets`. */
export interface SecretsModuleOptions extends SecretsOptions {
  /** An adapter, or a stack of middleware around one. It is closed with the application. */
  readonly provider: SecretProvider;
}

/** Options that a module needs before its client exists. */
export interface SecretsModuleSetup<Request> {
  /** The name of this client, where an application has several. @defaultValue no name */
  readonly client?: string;
  /** Makes the module available to every other one without an import. @defaultValue false */
  readonly isGlobal?: boolean;
  /**
   * Secrets that the application needs to start, for `@InjectSecret`.
   * @defaultValue none
   */
  readonly required?: readonly (string | SecretRef)[];
  /**
   * Returns the scope of a request, for `@InjectScopedSecrets`. It is called with Nest's `REQUEST` at the first use of the
   * request's client, after middleware and guards. Its exceptions reach the code that used the client.
   * @defaultValue no clients in the scope of a request
   */
  readonly scopeOf?: (request: Request) => SecretScope;
}

/** A class that returns the options. */
export interface SecretsOptionsFactory {
  createSecretsOptions(): SecretsModuleOptions | Promise<SecretsModuleOptions>;
}

/** The source of the options: a factory, or a class. */
export type SecretsModuleSource = Pick<ModuleMetadata, 'imports'> &
  (
    | {
        readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
        /** Receives the dependencies of `inject`. */
        useFactory(...dependencies: never[]): SecretsModuleOptions | Promise<SecretsModuleOptions>;
      }
    | { readonly useClass: Type<SecretsOptionsFactory> }
    | { readonly useExisting: InjectionToken<SecretsOptionsFactory> }
  );

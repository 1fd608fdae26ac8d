import type { InjectionToken, ModuleMetadata, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { SecretsOptions } from '@secretkit/core';
import type { SecretProvider, SecretRef, SecretScope } from '@secretkit/core/provider';

/** What the client is made of; the options of `createSecrets` are options here too. */
export interface SecretsModuleOptions extends SecretsOptions {
  /** An adapter, or a stack of middleware around one. It is closed with the application. */
  readonly provider: SecretProvider;
}

/** What must be known of a module before anything of it is made. */
export interface SecretsModuleSetup<Request> {
  /** Tells this client from others of the application. @defaultValue the one without a name */
  readonly client?: string;
  /** Is the module there for every other one, without being imported? @defaultValue false */
  readonly isGlobal?: boolean;
  /**
   * The secrets without which the application does not start, for `@InjectSecret`.
   * @defaultValue none
   */
  readonly required?: readonly (string | SecretRef)[];
  /**
   * Whose secrets a request is about, for `@InjectScopedSecrets`. It is asked when the request's client is first used, after
   * middleware and guards. It gets what Nest injects as `REQUEST`. What it throws reaches whoever used the client.
   * @defaultValue there are no clients within a request's scope
   */
  readonly scopeOf?: (request: Request) => SecretScope;
}

/** A class that answers with the options. */
export interface SecretsOptionsFactory {
  createSecretsOptions(): SecretsModuleOptions | Promise<SecretsModuleOptions>;
}

/** Where the options come from, once there is an application: a factory, or a class. */
export type SecretsModuleSource = Pick<ModuleMetadata, 'imports'> &
  (
    | {
        readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[];
        /** Gets what `inject` names. */
        useFactory(...dependencies: never[]): SecretsModuleOptions | Promise<SecretsModuleOptions>;
      }
    | { readonly useClass: Type<SecretsOptionsFactory> }
    | { readonly useExisting: InjectionToken<SecretsOptionsFactory> }
  );

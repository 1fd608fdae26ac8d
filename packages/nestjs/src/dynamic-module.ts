import { type DynamicModule, type FactoryProvider, type Provider, Scope, type Type } from '@nestjs/common';
import { ModulesContainer, REQUEST } from '@nestjs/core';
import type { Secrets } from '@secretkit/core';
import {
  checkFunction,
  checkRef,
  checkScope,
  invalid,
  isSecretError,
  kindOf,
  type Secret,
  type SecretRef,
  type SecretScope,
} from '@secretkit/core/provider';
import type { SecretsModuleSetup } from './module-options.js';
import { refuseDurable } from './refuse-durable.js';
import { readRequired } from './required-secrets.js';
import { getScopedSecretsToken, getSecretsToken, getSecretToken } from './tokens.js';

/** The options that every module has. */
export const setupOptions: readonly (keyof SecretsModuleSetup<unknown>)[] = [
  'client',
  'isGlobal',
  'required',
  'scopeOf',
];

/** A dependency of a factory. */
export type Injected = NonNullable<FactoryProvider['inject']>[number];

/** The factory of the client, and its dependencies. */
export interface ClientFactory {
  readonly imports?: DynamicModule['imports'];
  readonly providers?: readonly Provider[];
  readonly inject?: readonly Injected[];
  readonly useFactory: (...dependencies: never[]) => Secrets | Promise<Secrets>;
}

/** Providers of a module beside the client. */
interface Part {
  readonly providers: readonly Provider[];
  readonly exports: readonly symbol[];
}

/**
 * Returns a module that provides the client and everything made from it: a test that overrides the client overrides all.
 *
 * @throws `TypeError` for wrong options.
 */
export function dynamicModule<Request>(
  owner: string,
  module: Type,
  setup: SecretsModuleSetup<Request>,
  { imports = [], providers = [], inject = [], useFactory }: ClientFactory,
): DynamicModule {
  checkSetup(owner, setup);
  const secrets = getSecretsToken(setup.client);
  const parts = [requiredSecrets(owner, setup, secrets), scopedClients(setup, secrets), closing(secrets)];
  return {
    module,
    global: setup.isGlobal ?? false,
    imports: [...imports],
    providers: [
      ...providers,
      { provide: secrets, inject: [...inject], useFactory },
      ...parts.flatMap((part) => part.providers),
      // Nest 10 merges modules whose providers print alike; these may differ only in their backends.
      { provide: Symbol('identity of this module'), useValue: crypto.randomUUID() },
    ],
    exports: [secrets, ...parts.flatMap((part) => part.exports)],
  };
}

/** @throws `TypeError` */
function checkSetup<Request>(owner: string, setup: SecretsModuleSetup<Request>): void {
  const { client, required, scopeOf } = setup;
  if (client !== undefined && (typeof client !== 'string' || client === '')) {
    throw new TypeError(
      `${owner}: client must be a name, such as 'billing', got ${kindOf(client)}. Omit it for the only client.`,
    );
  }
  if (required !== undefined && !Array.isArray(required)) {
    throw new TypeError(
      `${owner}: required must be a list of names or refs, such as ['session-key'], got ${kindOf(required)}.`,
    );
  }
  checkFunction(owner, 'scopeOf', scopeOf);
}

/** Provides the secrets that are read at start-up: all in one read, each under a token of its own. */
function requiredSecrets<Request>(
  owner: string,
  { client, required = [] }: SecretsModuleSetup<Request>,
  secrets: symbol,
): Part {
  const refs = new Map(required.map((ref) => tokenAndRef(owner, ref, client)));
  if (refs.size === 0) return { providers: [], exports: [] };
  const tokens = [...refs.keys()];
  const all = Symbol('required secrets');
  return {
    providers: [
      {
        provide: all,
        inject: [secrets],
        useFactory: async (open: Secrets) => {
          const found = await readRequired(open, [...refs.values()]);
          return new Map(tokens.map((token, at) => [token, found[at]]));
        },
      },
      ...tokens.map((token) => ({
        provide: token,
        inject: [all],
        useFactory: (found: ReadonlyMap<symbol, Secret>) => found.get(token),
      })),
    ],
    exports: tokens,
  };
}

/** @throws `TypeError` that names the problem of a ref. */
function tokenAndRef(
  owner: string,
  input: string | SecretRef,
  client: string | undefined,
): readonly [symbol, SecretRef] {
  try {
    const ref = checkRef(input);
    const { name, scope } = ref;
    return [getSecretToken(name, { ...(scope && { scope }), ...(client !== undefined && { client }) }), ref];
  } catch (error) {
    throw isSecretError(error) ? new TypeError(`${owner}: required: ${error.problem}`) : error;
  }
}

/** Provides a client in the scope of each request. */
function scopedClients<Request>({ client, scopeOf }: SecretsModuleSetup<Request>, secrets: symbol): Part {
  if (!scopeOf) return { providers: [], exports: [] };
  const scoped = getScopedSecretsToken(client);
  return {
    providers: [
      {
        provide: scoped,
        scope: Scope.REQUEST,
        inject: [REQUEST, secrets],
        useFactory: (request: Request, open: Secrets) => open.scoped(() => checkedScope(scopeOf(request))),
      },
      {
        provide: Symbol('check of durable providers'),
        inject: [ModulesContainer],
        useFactory: (modules: ModulesContainer) => ({ onModuleInit: () => refuseDurable(modules, scoped) }),
      },
    ],
    exports: [scoped],
  };
}

/** @throws `invalid_argument` that names `scopeOf`, for an empty scope or a field without a value. */
function checkedScope(given: SecretScope): SecretScope {
  try {
    const scope = checkScope(given);
    if (Object.keys(scope).length > 0) return scope;
    throw invalid('scope must have an account or a user, got neither.');
  } catch (error) {
    throw isSecretError(error) ? invalid(`scopeOf: ${error.problem}`) : error;
  }
}

/** Closes the client when HTTP has drained: until then, a response may need a secret. */
function closing(secrets: symbol): Part {
  const closes = Symbol('closing of the client');
  const useFactory = (open: Secrets) => ({ onApplicationShutdown: () => open.close() });
  return { providers: [{ provide: closes, inject: [secrets], useFactory }], exports: [] };
}

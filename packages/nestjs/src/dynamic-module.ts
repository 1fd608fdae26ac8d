import { type DynamicModule, type FactoryProvider, type Provider, Scope, type Type } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { checkFunction, type Secrets } from '@secretkit/core';
import { checkRef, isSecretError, type Secret, type SecretRef } from '@secretkit/core/provider';
import type { SecretsModuleSetup } from './module-options.js';
import { readRequired } from './required-secrets.js';
import { scopedOnUse } from './scoped-on-use.js';
import { getScopedSecretsToken, getSecretsToken, getSecretToken } from './tokens.js';

/** The names of the options that every module has. */
export const setupOptions: readonly (keyof SecretsModuleSetup<unknown>)[] = [
  'client',
  'isGlobal',
  'required',
  'scopeOf',
];

/** What a factory may have injected. */
export type Injected = NonNullable<FactoryProvider['inject']>[number];

/** How the client is made, and what that needs. */
export interface ClientFactory {
  readonly imports?: DynamicModule['imports'];
  readonly providers?: readonly Provider[];
  readonly inject?: readonly Injected[];
  readonly useFactory: (...dependencies: never[]) => Secrets | Promise<Secrets>;
}

/** What a module provides besides the client. */
interface Part {
  readonly providers: readonly Provider[];
  readonly exports: readonly symbol[];
}

/**
 * A module that provides the client, and all that is made of it: who puts another client in its place has replaced all.
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
      // To Nest 10, modules are one if their providers read alike; these may differ in nothing but their backends.
      { provide: Symbol('tells this module from others'), useValue: crypto.randomUUID() },
    ],
    exports: [secrets, ...parts.flatMap((part) => part.exports)],
  };
}

/** @throws `TypeError` */
function checkSetup<Request>(owner: string, setup: SecretsModuleSetup<Request>): void {
  const { client, isGlobal, required, scopeOf } = setup;
  if (client !== undefined && (typeof client !== 'string' || client === '')) {
    throw new TypeError(
      `${owner}: client is a name, such as 'billing'. Leave it out for the application's only client.`,
    );
  }
  if (isGlobal !== undefined && typeof isGlobal !== 'boolean') {
    throw new TypeError(`${owner}: isGlobal is true or false.`);
  }
  if (required !== undefined && !Array.isArray(required)) {
    throw new TypeError(`${owner}: required is a list of names or refs, such as ['session-key'].`);
  }
  checkFunction(owner, 'scopeOf', scopeOf);
}

/** The secrets that are read at start-up: all of them at once, and each under a token of its own. */
function requiredSecrets<Request>(
  owner: string,
  { client, required = [] }: SecretsModuleSetup<Request>,
  secrets: symbol,
): Part {
  const refs = new Map(required.map((ref) => tokenAndRef(owner, ref, client)));
  if (refs.size === 0) return { providers: [], exports: [] };
  const tokens = [...refs.keys()];
  const all = Symbol('the secrets that are required');
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

/** @throws `TypeError` that says what is wrong with a ref. */
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

/** The clients within the scopes of requests. */
function scopedClients<Request>({ client, scopeOf }: SecretsModuleSetup<Request>, secrets: symbol): Part {
  if (!scopeOf) return { providers: [], exports: [] };
  const scoped = getScopedSecretsToken(client);
  return {
    providers: [
      {
        provide: scoped,
        scope: Scope.REQUEST,
        inject: [REQUEST, secrets],
        useFactory: (request: Request, open: Secrets) => scopedOnUse(open, () => scopeOf(request)),
      },
    ],
    exports: [scoped],
  };
}

/** Closes the client when HTTP has drained: until then, what is answered may need a secret. */
function closing(secrets: symbol): Part {
  const closes = Symbol('closes the client');
  const useFactory = (open: Secrets) => ({ onApplicationShutdown: () => open.close() });
  return { providers: [{ provide: closes, inject: [secrets], useFactory }], exports: [] };
}

import { checkRef, type SecretScope } from '@secretkit/core/provider';

/** Selects one of the application's clients. */
export interface OfClient {
  /** The `client` of the module. @defaultValue the client without a name */
  readonly client?: string;
}

/** Selects the scope of a secret, and the client that reads it. */
export interface OfSecret extends OfClient {
  /** Whose secret. @defaultValue the provider's default */
  readonly scope?: SecretScope;
}

/**
 * Returns the token of the client: to find it, to inject it into factories, and to override it in a test.
 *
 * @param client - The `client` of the module. Omit it for the client without a name.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { getSecretsToken } from '@secretkit/nestjs';
 * import { fakeSecrets } from '@secretkit/testing';
 * import type { TestingModuleBuilder } from '@nestjs/testing';
 *
 * const fake = fakeSecrets({ initial: { 'stripe-key': 'sk_example' } });
 * export const onFakeSecrets = (builder: TestingModuleBuilder) =>
 *   builder.overrideProvider(getSecretsToken()).useValue(createSecrets(fake.provider));
 * ```
 */
export function getSecretsToken(client?: string): symbol {
  return Symbol.for(`Secrets${of(client)}, of an imported or global SecretsModule`);
}

/**
 * Returns the token of a secret that is read at start-up.
 *
 * @throws `invalid_argument` for a malformed name or scope.
 */
export function getSecretToken(name: string, { scope, client }: OfSecret = {}): symbol {
  const ref = checkRef(scope === undefined ? name : { name, scope });
  const { account, user } = ref.scope ?? {};
  // As JSON, which differs for every two refs, whatever characters they contain.
  return Symbol.for(
    `the secret ${JSON.stringify({ name: ref.name, account, user })}${of(client)}, in "required" of a SecretsModule`,
  );
}

/** Returns the token of the client in a request's scope. */
export function getScopedSecretsToken(client?: string): symbol {
  return Symbol.for(`ScopedSecrets${of(client)}, of a SecretsModule with "scopeOf"`);
}

function of(client: string | undefined): string {
  return client === undefined ? '' : ` of the client ${JSON.stringify(client)}`;
}

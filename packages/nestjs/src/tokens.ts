import { checkRef, type SecretScope } from '@secretkit/core/provider';

/** Which of the application's clients is meant. */
export interface OfClient {
  /** The `client` of the module. @defaultValue the one without a name */
  readonly client?: string;
}

/** Whose secret is meant, and by which client it is read. */
export interface OfSecret extends OfClient {
  /** Whose secret. @defaultValue the provider's default */
  readonly scope?: SecretScope;
}

/**
 * What the client is registered under: to find it, to inject it into factories, and to put another one in its place in a
 * test.
 *
 * @param client - The `client` of the module; without it, the one without a name.
 * @example
 * ```ts
 * import { fakeSecrets } from '@secretkit/conformance';
 * import { createSecrets } from '@secretkit/core';
 * import { getSecretsToken } from '@secretkit/nestjs';
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
 * What a secret that is read at start-up is registered under.
 *
 * @throws `invalid_argument` for a name or a scope that is malformed.
 */
export function getSecretToken(name: string, { scope, client }: OfSecret = {}): symbol {
  const ref = checkRef(scope === undefined ? name : { name, scope });
  const { account, user } = ref.scope ?? {};
  // As JSON, in which no two refs are alike, whatever characters they hold.
  return Symbol.for(
    `the secret ${JSON.stringify({ name: ref.name, account, user })}${of(client)}, in "required" of a SecretsModule`,
  );
}

/** What the client within a request's scope is registered under. */
export function getScopedSecretsToken(client?: string): symbol {
  return Symbol.for(`ScopedSecrets${of(client)}, of a SecretsModule with "scopeOf"`);
}

function of(client: string | undefined): string {
  return client === undefined ? '' : ` of the client ${JSON.stringify(client)}`;
}

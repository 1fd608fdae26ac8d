import { defineMiddleware, type Wrapped } from '@secretkit/core/middleware';
import { checkProvider, checkRef, isSecretError, type SecretProvider } from '@secretkit/core/provider';
import { translated } from '../rename/translated.js';

/**
 * Returns the part of a provider whose names start with a prefix, under the names without it: for a store that several
 * applications share. Other secrets are missing, and are not listed. Errors, lists and changes have the names without the
 * prefix.
 *
 * @throws `TypeError` when the first argument is not a provider, and for a prefix that no valid name starts with.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { prefix } from '@secretkit/middleware/prefix';
 *
 * const shared = memorySecrets({ initial: { 'billing/token': 'example', 'search/token': 'another' } });
 * const secrets = createSecrets(prefix(shared, 'billing/'));
 * await secrets.get('token'); // reads billing/token
 * ```
 */
export function prefix<P extends SecretProvider>(provider: P, prefix: string): Wrapped<P> {
  checkProvider(provider, 'prefix');
  checkPrefix(prefix);
  const layer = defineMiddleware({
    name: 'prefix',
    options: { prefix },
    build: (next) =>
      translated(next, {
        toInner: (name) => prefix + name,
        toOuter: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined),
      }),
  });
  return layer(provider);
}

function checkPrefix(prefix: unknown): void {
  try {
    checkRef({ name: prefix as string });
  } catch (error) {
    const problem = isSecretError(error) ? error.problem.replace('name', 'prefix') : '';
    throw new TypeError(`prefix: ${problem} Call prefix(provider, 'app/').`);
  }
}

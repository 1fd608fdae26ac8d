import { defineMiddleware, type Wrapped } from '@secretkit/core/middleware';
import { checkProvider, checkRef, isSecretError, type SecretProvider } from '@secretkit/core/provider';
import { renamed } from '../rename/renamed.js';

/**
 * The same provider, where every name begins with a prefix that the application does not know of: for a store that several
 * applications share. What does not begin so is not there, nor listed. Errors, lists and events tell names without it.
 *
 * @throws `TypeError` when it is given no provider, or a prefix that no name can have.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { prefix } from '@secretkit/middleware/prefix';
 *
 * const shared = memorySecrets({ initial: { 'billing/token': 'example', 'search/token': 'another' } });
 * const secrets = createSecrets(prefix(shared, 'billing/'));
 * await secrets.get('token'); // of billing/token
 * ```
 */
export function prefix<P extends SecretProvider>(provider: P, prefix: string): Wrapped<P> {
  checkProvider(provider, 'prefix');
  checkPrefix(prefix);
  const layer = defineMiddleware({
    name: 'prefix',
    options: { prefix },
    build: (next) =>
      renamed(next, {
        inward: (name) => prefix + name,
        outward: (name) => (name.startsWith(prefix) ? name.slice(prefix.length) : undefined),
      }),
  });
  return layer(provider);
}

function checkPrefix(prefix: unknown): void {
  try {
    checkRef({ name: prefix as string });
  } catch (error) {
    const problem = isSecretError(error) ? error.problem : '';
    throw new TypeError(`prefix: the prefix is a string that names begin with, such as 'app/': ${problem}`);
  }
}

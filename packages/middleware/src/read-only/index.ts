import { type CapabilitiesOf, defineMiddleware, type Layered } from '@secretkit/core/middleware';
import type { SecretProvider } from '@secretkit/core/provider';
import { omitCapabilities } from '../shared/omit-capabilities.js';

/** A provider without the capabilities that change it: a client made of it has no method that writes. */
export type ReadOnlyProvider<P extends SecretProvider> = P extends unknown
  ? Omit<CapabilitiesOf<P>, 'set' | 'compareAndSet' | 'delete'> & Layered // distributes, so that a union remains a union
  : never;

/**
 * Returns the provider without `set`, `compareAndSet` and `delete`: least privilege for code that only reads, and for
 * backends that another team writes to.
 *
 * @throws `TypeError` when the argument is not a provider.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { readOnly } from '@secretkit/middleware/read-only';
 *
 * const secrets = createSecrets(readOnly(memorySecrets({ initial: { token: 'example' } })));
 * console.log(secrets.can('set')); // false
 * ```
 */
export function readOnly<P extends SecretProvider>(provider: P): ReadOnlyProvider<P> {
  const layer = defineMiddleware({ name: 'readOnly', build: () => ({}) });
  return omitCapabilities(layer(provider), 'set', 'compareAndSet', 'delete') as ReadOnlyProvider<P>; // every other capability of P remains
}

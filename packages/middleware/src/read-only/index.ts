import { type CapabilitiesOf, defineMiddleware, type Layered } from '@secretkit/core/middleware';
import type { SecretProvider } from '@secretkit/core/provider';
import { without } from '../shared/without.js';

/** The provider without what changes it: a client over it has no `set` and no `delete`. */
export type ReadOnlyProvider<P extends SecretProvider> = P extends unknown
  ? Omit<CapabilitiesOf<P>, 'set' | 'delete'> & Layered // distributes, so that a union stays one
  : never;

/**
 * The same provider, which cannot be written to: for code that must not, and for backends that others look after.
 *
 * @throws `TypeError` when it is given no provider.
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
  return without(layer(provider), 'set', 'delete') as ReadOnlyProvider<P>; // every other capability of P is there
}

const layer = defineMiddleware({ name: 'readOnly', build: () => ({}) });

import { around, type Wrapped } from '@secretkit/core/middleware';
import type { SecretProvider } from '@secretkit/core/provider';
import { never } from './never.js';

/**
 * Returns a provider that never answers. A call ends when its signal fires, and not before.
 *
 * @example
 * ```ts
 * import { timeout } from '@secretkit/middleware/timeout';
 * import { fakeSecrets, hanging } from '@secretkit/testing';
 *
 * const provider = timeout({ timeoutMs: 50 })(hanging(fakeSecrets().provider));
 * ```
 */
export function hanging<P extends SecretProvider>(provider: P): Wrapped<P> {
  return around({ name: 'hanging', policy: (_run, { signal }) => never(signal) })(provider);
}

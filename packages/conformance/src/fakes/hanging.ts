import { around, type Wrapped } from '@secretkit/core/middleware';
import type { SecretProvider } from '@secretkit/core/provider';
import { never } from './never.js';

/**
 * A provider that never answers. A call ends when its signal fires, and not before.
 *
 * @example
 * ```ts
 * import { hanging } from '@secretkit/conformance';
 * import { memorySecrets } from '@secretkit/memory';
 * import { timeout } from '@secretkit/middleware/timeout';
 *
 * const provider = timeout({ timeoutMs: 50 })(hanging(memorySecrets()));
 * ```
 */
export function hanging<P extends SecretProvider>(provider: P): Wrapped<P> {
  return around({ name: 'hanging', policy: (_run, { signal }) => never(signal) })(provider);
}

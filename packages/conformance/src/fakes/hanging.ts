import { around, type SecretProvider, type Wrapped } from '@secretkit/core';
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
  return around('hanging', {}, (_run, { signal }) => never(signal))(provider);
}

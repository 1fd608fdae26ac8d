import { around, type Wrapped } from '@secretkit/core/middleware';
import type { Operation, SecretProvider } from '@secretkit/core/provider';

/** A provider that counts, and its counts. */
export interface Counted<P extends SecretProvider> {
  /** The provider to use in place of yours. */
  readonly provider: Wrapped<P>;
  /** How many calls it has had: all of them, or those of one operation. */
  readonly calls: (operation?: Operation) => number;
}

/**
 * Counts the calls that reach a provider.
 *
 * @example
 * ```ts
 * import { counting } from '@secretkit/conformance';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { cache } from '@secretkit/middleware/cache';
 *
 * const { provider, calls } = counting(memorySecrets({ initial: { token: 'example' } }));
 * const secrets = createSecrets(cache()(provider));
 * await secrets.get('token');
 * await secrets.get('token');
 * console.log(calls('get')); // 1
 * ```
 */
export function counting<P extends SecretProvider>(provider: P): Counted<P> {
  const seen: Operation[] = [];
  const counted = around({
    name: 'counting',
    policy: (run, ctx, { operation }) => {
      seen.push(operation);
      return run(ctx);
    },
  });
  return {
    provider: counted(provider),
    calls: (operation) =>
      operation === undefined ? seen.length : seen.filter((each) => each === operation).length,
  };
}

import { around, type Wrapped } from '@secretkit/core/middleware';
import type { Operation, SecretProvider } from '@secretkit/core/provider';

/** A provider that counts its calls, and the counts. */
export interface Counted<P extends SecretProvider> {
  /** The provider to use in place of the inner one. */
  readonly provider: Wrapped<P>;
  /** Returns the number of calls so far: all of them, or those of one operation. */
  readonly calls: (operation?: Operation) => number;
}

/**
 * Counts the calls that reach a provider.
 *
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { cache } from '@secretkit/middleware/cache';
 * import { counting, fakeSecrets } from '@secretkit/testing';
 *
 * const { provider, calls } = counting(fakeSecrets({ initial: { token: 'example' } }).provider);
 * const secrets = createSecrets(cache()(provider));
 * await secrets.get('token');
 * await secrets.get('token');
 * console.log(calls('get')); // 1
 * ```
 */
export function counting<P extends SecretProvider>(provider: P): Counted<P> {
  const operations: Operation[] = [];
  const counted = around({
    name: 'counting',
    policy: (run, ctx, { operation }) => {
      operations.push(operation);
      return run(ctx);
    },
  });
  return {
    provider: counted(provider),
    calls: (operation) =>
      operation === undefined ? operations.length : operations.filter((each) => each === operation).length,
  };
}

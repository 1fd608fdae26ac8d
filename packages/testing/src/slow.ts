import { around, type Wrapped } from '@secretkit/core/middleware';
import {
  abortable,
  checkNumber,
  maxDelayMs,
  type SecretProvider,
  throwIfAborted,
} from '@secretkit/core/provider';

/**
 * Returns a provider that waits before every call. An abort ends the wait. The timer is `setTimeout`, so fake timers move it.
 *
 * @param delayMs - The wait, in milliseconds.
 * @throws `TypeError` or `RangeError` when `delayMs` is not a delay that a timer can have.
 * @example
 * ```ts
 * import { fakeSecrets, slow } from '@secretkit/testing';
 *
 * const provider = slow(fakeSecrets().provider, 200);
 * ```
 */
export function slow<P extends SecretProvider>(provider: P, delayMs: number): Wrapped<P> {
  checkNumber('slow', 'delayMs', delayMs, { min: 0, max: maxDelayMs });
  return around({
    name: 'slow',
    options: { delayMs },
    policy: async (run, ctx) => {
      const { signal } = ctx;
      throwIfAborted(signal);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const elapsed = new Promise((resolve) => {
        timer = setTimeout(resolve, delayMs);
      });
      try {
        await abortable(elapsed, signal);
      } finally {
        clearTimeout(timer);
      }
      return run(ctx);
    },
  })(provider);
}

import { around, type Wrapped } from '@secretkit/core/middleware';
import { checkNumber, maxDelayMs, type SecretProvider } from '@secretkit/core/provider';

/**
 * A provider whose every call begins after a wait, which an abort ends. The timer is `setTimeout`, so that fake ones move it.
 *
 * @param delayMs - The wait, in milliseconds.
 * @throws `RangeError` for a wait that is no wait.
 * @example
 * ```ts
 * import { slow } from '@secretkit/conformance';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const provider = slow(memorySecrets(), 200);
 * ```
 */
export function slow<P extends SecretProvider>(provider: P, delayMs: number): Wrapped<P> {
  checkNumber('slow', 'delayMs', delayMs, { min: 0, max: maxDelayMs });
  return around({
    name: 'slow',
    options: { delayMs },
    policy: async (run, ctx) => {
      const { signal } = ctx;
      await new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', abort);
          resolve();
        }, delayMs);
        signal?.addEventListener('abort', abort, { once: true });
      });
      return run(ctx);
    },
  })(provider);
}

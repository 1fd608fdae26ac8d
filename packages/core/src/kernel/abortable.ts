import type { CallContext } from '../contract/provider.js';

/**
 * Waits for work that cannot be cancelled, such as a call of an SDK without a signal. When the signal fires, the wait ends
 * with the signal's reason; the work continues, and its result is ignored. Unlike `Promise.race`, it leaves no listener on
 * a long-lived signal.
 */
export function abortable<T>(work: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return Promise.resolve(work);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const stop = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort(); // before the work was handed over
    const stopAnd = <V>(settle: (value: V) => void) => {
      return (value: V): void => {
        stop();
        settle(value);
      };
    };
    work.then(stopAnd(resolve), stopAnd(reject));
  });
}

/** Runs calls on behalf of one, each with a signal of its own: Node warns about more than ten listeners on one signal. */
export async function fanOutSignals<T>(
  ctx: CallContext,
  count: number,
  run: (next: () => CallContext) => Promise<T>,
): Promise<T> {
  const { signal } = ctx;
  if (!signal || count === 1) return run(() => ctx);
  const controllers: AbortController[] = [];
  const abort = (): void => controllers.forEach((controller) => controller.abort(signal.reason));
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await run(() => {
      const controller = new AbortController();
      if (signal.aborted) controller.abort(signal.reason);
      controllers.push(controller);
      return { ...ctx, signal: controller.signal };
    });
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

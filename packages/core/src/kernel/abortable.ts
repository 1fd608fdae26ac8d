import type { CallContext } from '../contract/provider.js';

/**
 * Waits for work that cannot be cancelled, such as a call of an SDK without a signal. When the signal fires, the wait ends
 * with the signal's reason; the work continues, and its result is ignored. Unlike `Promise.race`, it leaves no listener on
 * a long-lived signal.
 *
 * @example
 * ```ts
 * import { abortable, seal, type SecretProvider } from '@secretkit/core/provider';
 *
 * declare const sdk: { read(name: string): Promise<string> };
 *
 * export const provider: SecretProvider = {
 *   name: 'own',
 *   get: async ({ name }, { signal }) => seal(await abortable(sdk.read(name), signal)),
 * };
 * ```
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

/** Contexts for calls that are made on behalf of one call. */
export interface SignalFanOut {
  /** Returns a context that is aborted with the caller's, for the same reason. */
  next(): CallContext;
  aborted(): boolean;
  /** Must be called when all calls have settled. */
  end(): void;
}

/** Gives each of several calls a signal of its own: Node warns about more than ten listeners on one signal. */
export function fanOutSignals(ctx: CallContext, count: number): SignalFanOut {
  const { signal } = ctx;
  const aborted = (): boolean => signal?.aborted ?? false;
  if (!signal || count === 1) return { next: () => ctx, aborted, end: () => undefined };
  const controllers: AbortController[] = [];
  const abort = (): void => {
    for (const controller of controllers) controller.abort(signal.reason);
  };
  signal.addEventListener('abort', abort, { once: true });
  return {
    next() {
      const controller = new AbortController();
      if (signal.aborted) controller.abort(signal.reason);
      controllers.push(controller);
      return { ...ctx, signal: controller.signal };
    },
    aborted,
    end: () => signal.removeEventListener('abort', abort),
  };
}

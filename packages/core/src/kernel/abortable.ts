import type { CallContext } from '../contract/provider.js';

const listeners = new WeakMap<
  AbortSignal,
  { readonly callbacks: Set<(reason: unknown) => void>; readonly callAll: () => void }
>();

/** Returns the reason of a signal that has fired; an `AbortError` if it has none, as the signals of polyfills. */
export function abortReason({ reason }: AbortSignal): unknown {
  return reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
}

/** Throws the reason of a signal that has fired. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortReason(signal);
}

/**
 * Calls back with the reason when the signal fires, unless the returned function is called before. The callbacks of a signal
 * share one listener: Node warns about more than ten.
 */
export function onAbort(signal: AbortSignal | undefined, callback: (reason: unknown) => void): () => void {
  if (!signal) return () => undefined;
  let listener = listeners.get(signal);
  if (!listener) {
    const callbacks = new Set<(reason: unknown) => void>();
    listener = { callbacks, callAll: () => callbacks.forEach((each) => each(abortReason(signal))) };
    signal.addEventListener('abort', listener.callAll, { once: true }); // a polyfill's may throw
    listeners.set(signal, listener);
  }
  const { callbacks, callAll } = listener;
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    signal.removeEventListener('abort', callAll);
    listeners.delete(signal);
  };
}

/**
 * Waits for work that cannot be cancelled, such as a call of an SDK without a signal. When the signal fires, the wait ends
 * with the signal's reason; the work continues, and its result is ignored. Unlike `Promise.race`, it leaves no listener on
 * a long-lived signal.
 */
export function abortable<T>(work: PromiseLike<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return Promise.resolve(work);
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, reject);
    if (signal.aborted) reject(abortReason(signal)); // before the work was handed over
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
  const stop = onAbort(signal, (reason) => controllers.forEach((controller) => controller.abort(reason)));
  try {
    return await run(() => {
      const controller = new AbortController();
      if (signal.aborted) controller.abort(abortReason(signal));
      controllers.push(controller);
      return { ...ctx, signal: controller.signal };
    });
  } finally {
    stop();
  }
}

/**
 * Waits for work that cannot be told to stop, such as a call of an SDK that takes no signal. An abort ends the wait, with the
 * signal's very reason, and not the work: it goes on, and its end is nobody's. Nothing stays behind on a long-lived signal, as
 * it would with `Promise.race`.
 *
 * @example
 * ```ts
 * import { leaveAt, seal, type SecretProvider } from '@secretkit/core';
 *
 * declare const sdk: { read(name: string): Promise<string> };
 *
 * export const provider: SecretProvider = {
 *   name: 'own',
 *   get: async ({ name }, { signal }) => seal(await leaveAt(signal, sdk.read(name))),
 * };
 * ```
 */
export function leaveAt<T>(signal: AbortSignal | undefined, work: PromiseLike<T>): Promise<T> {
  if (!signal) return Promise.resolve(work);
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    const settled = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort(); // before the work was handed over
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}

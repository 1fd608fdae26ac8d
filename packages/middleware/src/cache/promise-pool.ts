import { settledLater } from '@secretkit/core/middleware';
import type { Secret } from '@secretkit/core/provider';

/** Returns a resolved promise of the value that may be kept, or `undefined` if there is none to spare in this turn. */
export type PromisePool = (secret: Secret) => Promise<Secret> | undefined;

const size = 16;

/**
 * Returns a pool of promises that are made in the async context of this call instead of that of a reader. A promise keeps the
 * context that it is made in (`AsyncLocalStorage`), so one that a cache keeps must not be made by a reader.
 */
export function promisePool(): PromisePool {
  const spare: ((secret: Secret) => Promise<Secret>)[] = [];
  let refill = (): void => undefined;

  async function loop(): Promise<never> {
    for (;;) {
      while (spare.length < size) spare.push(settledLater());
      // The loop continues in its own context, not in that of the reader that resolves this.
      await new Promise<void>((resolve) => {
        refill = resolve;
      });
    }
  }

  void loop(); // waits, and holds neither the process nor a reader
  return (secret) => {
    const next = spare.pop();
    refill();
    return next?.(secret);
  };
}

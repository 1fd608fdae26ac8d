import { abortable, throwIfAborted } from '@secretkit/core/provider';

/** Returns a function that runs calls, at most so many at a time. The others wait in order, until their signal fires. */
export function boundedCalls(
  max: number,
): <T>(call: () => Promise<T>, signal: AbortSignal | undefined) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;

  async function turn(signal: AbortSignal | undefined): Promise<void> {
    if (running < max) {
      running += 1;
      return;
    }
    let start = (): void => undefined;
    const started = new Promise<void>((resolve) => {
      start = resolve;
    });
    waiting.push(start);
    try {
      await abortable(started, signal);
    } catch (error) {
      const at = waiting.indexOf(start);
      if (at >= 0) waiting.splice(at, 1);
      else end(); // its turn came at the same moment
      throw error;
    }
  }

  function end(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return async (call, signal) => {
    throwIfAborted(signal);
    await turn(signal);
    try {
      return await call();
    } finally {
      end();
    }
  };
}

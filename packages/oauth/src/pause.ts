/** Returns the wait before the next attempt: exponential backoff with full jitter, and at least a tenth of the bound. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number): number {
  const boundMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return boundMs * (0.1 + 0.9 * Math.random());
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits, and does not keep the process alive. */
export function backgroundPause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    (timer as { unref?: () => void }).unref?.(); // where timers are objects
  });
}

/** Returns the result, or `undefined` if it takes longer. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

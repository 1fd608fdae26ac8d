import { onAbort } from '@secretkit/core/provider';

/** Returns the wait before the next attempt: exponential backoff with full jitter, and never less than a tenth of the bound. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random: () => number): number {
  const boundMs = Math.min(maxMs, firstMs * 2 ** Math.min(attempt, 30));
  return boundMs * (0.1 + 0.9 * random());
}

/** Waits, at most until the signal fires. It does not reject: the caller looks at the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const timer = setTimeout(end, ms);
    const leave = onAbort(signal, end);
    function end(): void {
      clearTimeout(timer);
      leave();
      resolve();
    }
  });
}

/** A timer that does not keep the process alive. */
export function backgroundTimer(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  (timer as { unref?: () => void }).unref?.(); // where timers are objects
  return () => clearTimeout(timer);
}

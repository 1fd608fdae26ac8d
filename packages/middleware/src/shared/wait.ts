import { abortable, type CallContext, throwIfAborted } from '@secretkit/core/provider';
import { startTimer } from './start-timer.js';

/** Resolves after the delay in milliseconds, or rejects with the signal's reason as soon as the call's signal fires. */
export async function wait(delayMs: number, { signal, background }: CallContext): Promise<void> {
  throwIfAborted(signal);
  let stop: (() => void) | undefined;
  const elapsed = new Promise<void>((resolve) => {
    stop = startTimer(resolve, delayMs, background);
  });
  try {
    await abortable(elapsed, signal);
  } finally {
    stop?.();
  }
}

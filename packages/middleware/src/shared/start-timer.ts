import { onAbort } from '@secretkit/core/provider';

/**
 * Starts a timer, and returns the function that ends it. While nobody waits for the call, the timer does not keep the process
 * alive: until `background` fires, which means that a reader has joined.
 */
export function startTimer(
  run: () => void,
  delayMs: number,
  background: AbortSignal | undefined,
): () => void {
  const timer = setTimeout(run, delayMs);
  if (!background || background.aborted) return () => clearTimeout(timer);

  const handle: { ref?(): unknown; unref?(): unknown } = timer; // a number in browsers
  const keepAlive = (): void => {
    handle.ref?.();
  };
  handle.unref?.();
  const stop = onAbort(background, keepAlive);
  return () => {
    clearTimeout(timer);
    stop();
  };
}

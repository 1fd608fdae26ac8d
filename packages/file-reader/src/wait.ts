import { type CallContext, onAbort, throwIfAborted } from '@secretkit/core/provider';

/** A wait that the call's signal ends, with its reason. */
export type Wait = (delayMs: number, ctx: CallContext) => Promise<void>;

/** Waits by a timer. While nobody waits for the call, the timer does not keep the process alive. */
export const wait: Wait = async (delayMs, { signal, background }) => {
  throwIfAborted(signal);
  let stop = (): void => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const timer: unknown = setTimeout(resolve, delayMs);
      const keep = (): void => setRef(timer, 'ref');
      if (background && !background.aborted) setRef(timer, 'unref');
      const stops = [onAbort(signal, reject), onAbort(background, keep)];
      stop = () => {
        clearTimeout(timer as number); // what `setTimeout` returned
        for (const each of stops) each();
      };
    });
  } finally {
    stop();
  }
};

// A timer is a number where nothing can keep a process alive.
function setRef(timer: unknown, method: 'ref' | 'unref'): void {
  (timer as Partial<Record<typeof method, () => void>>)[method]?.();
}

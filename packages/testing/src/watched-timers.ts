/** The timers that were set and have neither fired nor been cleared. */
export interface WatchedTimers {
  /** Returns their number. */
  readonly running: () => number;
  /** Restores the global timer functions. Call it in `finally`. */
  readonly restore: () => void;
}

/** Replaces the global timer functions, until `restore`, to check that calls clear their timers. */
export function watchedTimers(): WatchedTimers {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
  const running = new Set<unknown>();

  function watched(set: typeof setTimeout | typeof setInterval, ends: boolean): typeof setTimeout {
    const start = (run: () => void, delayMs?: number): ReturnType<typeof setTimeout> => {
      const timer = set(() => {
        if (ends) running.delete(timer);
        run();
      }, delayMs);
      running.add(timer);
      return timer;
    };
    return start as typeof setTimeout; // without `util.promisify.custom`, which no provider may use
  }
  const clear = (timer: Parameters<typeof clearTimeout>[0]): void => {
    running.delete(timer);
    clearTimeout(timer);
  };

  globalThis.setTimeout = watched(setTimeout, true);
  globalThis.setInterval = watched(setInterval, false);
  globalThis.clearTimeout = clear;
  globalThis.clearInterval = clear;
  return {
    running: () => running.size,
    restore() {
      Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval });
    },
  };
}

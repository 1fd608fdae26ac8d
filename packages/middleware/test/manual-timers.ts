/** Timers that fire only when a test advances the time. */
export interface ManualTimers {
  /** Fires the timers that are due in the next milliseconds, in the order of their times. */
  readonly advance: (ms: number) => void;
  /** Restores the global timer functions. Call it in `finally`. */
  readonly restore: () => void;
}

/** Replaces `setTimeout` and `clearTimeout` until `restore`, on any test runner. */
export function manualTimers(): ManualTimers {
  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Map<number, { readonly atMs: number; readonly run: () => void }>();
  let nowMs = 0;
  let lastId = 0;

  const set = (run: () => void, delayMs = 0): number => {
    lastId += 1;
    timers.set(lastId, { atMs: nowMs + Math.max(1, delayMs), run });
    return lastId;
  };
  const clear = (id: number): void => void timers.delete(id);
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });

  return {
    advance(ms) {
      const endMs = nowMs + ms;
      for (;;) {
        const due = [...timers].filter(([, { atMs }]) => atMs <= endMs);
        const [next] = due.sort(([, a], [, b]) => a.atMs - b.atMs); // stable: the older timer first
        if (!next) break;
        const [id, { atMs, run }] = next;
        nowMs = atMs;
        timers.delete(id);
        run();
      }
      nowMs = endMs;
    },
    restore: () => void Object.assign(globalThis, { setTimeout, clearTimeout }),
  };
}

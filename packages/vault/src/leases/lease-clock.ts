import { abortable } from '@secretkit/core/provider';

/** One moment on two clocks, in milliseconds. */
export interface Moment {
  readonly wallMs: number;
  readonly monotonicMs: number;
}

/** The clocks and timers of leases. */
export interface LeaseClock {
  read(): Moment;
  /** Calls back after some milliseconds, and does not keep the process alive. Returns the function that ends it. */
  timer(ms: number, run: () => void): () => void;
  /** Resolves after some milliseconds, and keeps the process alive until then. Rejects with the reason of the signal. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** The longest timer of a runtime. A later step is reached in several. */
const maxTimerMs = 2_147_483_647;

/** Returns the clocks of the runtime. A given `now` drives both. */
export function leaseClock(now?: () => number): LeaseClock {
  return {
    read: () => ({ wallMs: (now ?? Date.now)(), monotonicMs: now ? now() : performance.now() }),
    timer(ms, run) {
      const timer = setTimeout(run, Math.min(Math.max(0, ms), maxTimerMs));
      (timer as { unref?: () => void }).unref?.(); // where timers are objects
      return () => clearTimeout(timer);
    },
    async pause(ms, signal) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      try {
        await abortable(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))), signal);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

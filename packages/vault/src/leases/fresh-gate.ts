/** Decides whether a `fresh` read may make another credential: once a second at first, and less often while they come. */
export interface FreshGate {
  /** Whether one may be made at this moment, in milliseconds of a monotonic clock. If so, the next one must wait. */
  enter(nowMs: number): boolean;
}

const waitMs = { first: 1_000, max: 60_000 };

export function freshGate(): FreshGate {
  let openAtMs = -Infinity;
  let lastWaitMs: number = waitMs.first;
  return {
    enter(nowMs) {
      if (nowMs < openAtMs) return false;
      const isQuiet = nowMs >= openAtMs + lastWaitMs; // for twice its last wait
      lastWaitMs = isQuiet ? waitMs.first : Math.min(waitMs.max, lastWaitMs * 2);
      openAtMs = nowMs + lastWaitMs;
      return true;
    },
  };
}

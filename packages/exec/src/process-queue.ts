/** Starts a process. Must resolve when it is gone, and must not reject. */
export type Start = () => Promise<void>;

/** Returns a function that starts a process when fewer than `max` run, in order. The function that it returns ends the wait. */
export function processQueue(max: number): (start: Start) => () => void {
  const waiting = new Set<Start>();
  let running = 0;

  function startNext(): void {
    for (const start of waiting) {
      if (running >= max) return;
      waiting.delete(start);
      running += 1;
      void start().then(() => {
        running -= 1;
        startNext();
      });
    }
  }

  return (start) => {
    waiting.add(start);
    startNext();
    return () => {
      waiting.delete(start);
    };
  };
}

/**
 * Returns a function that runs others later, in the async context of this call instead of that of a reader: timers and
 * promises that outlive a read must not keep its context (`AsyncLocalStorage`).
 */
export function ownContext(): (run: () => void) => void {
  let wake: () => void;
  let woken = new Promise<void>((resolve) => (wake = resolve));
  let waiting: (() => void)[] = [];
  void loop(); // it waits for as long as somebody can wake it, and does not reject

  async function loop(): Promise<void> {
    for (;;) {
      await woken;
      woken = new Promise((resolve) => (wake = resolve));
      const due = waiting;
      waiting = [];
      for (const run of due) run();
    }
  }

  return (run) => {
    waiting.push(run);
    wake();
  };
}

/**
 * Returns a function that runs work in the async context of this call instead of that of its caller, a microtask later. A
 * promise keeps the context that it is made in (`AsyncLocalStorage`), so one that a cache keeps must not be made by a reader.
 */
export function outsideReaders<T>(work: (item: T) => void): (item: T) => void {
  let queue: T[] = [];
  let wake = (): void => undefined;

  async function loop(): Promise<never> {
    for (;;) {
      // The loop continues in its own context, whoever wakes it.
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      const items = queue;
      queue = [];
      for (const item of items) work(item);
    }
  }

  void loop(); // waits, and holds neither the process nor a reader
  return (item) => {
    queue.push(item);
    wake();
  };
}

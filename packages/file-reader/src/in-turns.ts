/**
 * Returns a function that runs at most one piece of work for each key at a time. A caller joins only work that starts after its
 * call: work that started earlier may not see what has changed since. A piece that never ends takes one thread, and not one for
 * each caller.
 *
 * @param run - Must not reject.
 */
export function inTurns<T>(run: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>();
  const waiting = new Map<string, Promise<T>>();

  function start(key: string): Promise<T> {
    waiting.delete(key);
    const work = run(key);
    running.set(key, work);
    void work.then(() => waiting.has(key) || running.delete(key)); // it does not reject
    return work;
  }

  return (key) => {
    const current = running.get(key);
    if (!current) return start(key);
    const next = waiting.get(key) ?? current.then(() => start(key));
    waiting.set(key, next);
    return next;
  };
}

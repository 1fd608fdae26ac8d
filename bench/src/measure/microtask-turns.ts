/** Returns the number of turns of the microtask queue until the result of `start` is awaited; 1 for a resolved promise. */
export async function microtaskTurns(start: () => PromiseLike<unknown>): Promise<number> {
  let turns = 0;
  let counting = true;
  const count = (): void => {
    turns += 1;
    if (counting) queueMicrotask(count);
  };
  queueMicrotask(count);
  await start();
  counting = false;
  return turns;
}

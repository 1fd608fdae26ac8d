/** How many times the queue of microtasks comes round until something has been awaited; 1 for a resolved promise. */
export async function turnsOf(start: () => PromiseLike<unknown>): Promise<number> {
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

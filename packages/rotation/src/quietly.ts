/** Calls a function of the user. Its exception or rejection is ignored. */
export function quietly<R>(run: () => R): R | undefined {
  try {
    const result = run();
    if (result instanceof Promise) void result.catch(() => undefined);
    return result;
  } catch {
    return undefined;
  }
}

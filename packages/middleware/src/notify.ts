/** Tells a hook, if there is one. That it throws, or rejects, is nobody else's failure. */
export function notify<E>(hook: ((event: E) => unknown) | undefined, event: E): void {
  try {
    Promise.resolve(hook?.(event)).catch(() => undefined); // it may be an async function
  } catch {
    // As above.
  }
}

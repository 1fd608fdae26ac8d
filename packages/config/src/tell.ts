/** Tells a listener. That it throws, or rejects, is nobody else's failure. */
export function tell<T>(listener: ((told: T) => unknown) | undefined, told: T): void {
  try {
    Promise.resolve(listener?.(told)).catch(() => undefined); // it may be an async function
  } catch {
    // As above.
  }
}

/** Calls a listener, if there is one. Its exception or rejection is ignored. */
export function notify<E>(listener: ((event: E) => unknown) | undefined, event: E): void {
  void new Promise((resolve) => resolve(listener?.(event))).catch(() => undefined);
}

/** A signal that never fires, and the number of listeners on it. */
export interface WatchedSignal {
  readonly signal: AbortSignal;
  readonly listeners: () => number;
}

/** Returns a signal that counts its listeners, to check that calls remove them. */
export function watchedSignal(): WatchedSignal {
  const { signal } = new AbortController();
  const listening = new Set<unknown>();
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...[type, listener, options]: Parameters<typeof addEventListener>) => {
    listening.add(listener);
    addEventListener.call(signal, type, listener, options);
  };
  signal.removeEventListener = (...[type, listener, options]: Parameters<typeof removeEventListener>) => {
    listening.delete(listener);
    removeEventListener.call(signal, type, listener, options);
  };
  return { signal, listeners: () => listening.size };
}

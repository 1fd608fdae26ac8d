import { abortable, isolatesRequests, throwIfAborted } from '@secretkit/core/provider';

interface InFlight<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/** Returns a function that shares one call between its callers, and ends it when the last of them has left. */
export function singleFlight<T>(
  call: (signal: AbortSignal) => Promise<T>,
): (signal: AbortSignal | undefined) => Promise<T> {
  let shared: InFlight<T> | undefined;

  function start(): InFlight<T> {
    const controller = new AbortController();
    const started: InFlight<T> = { promise: call(controller.signal), controller, waiters: 0 };
    const end = (): void => {
      if (shared === started) shared = undefined;
    };
    started.promise.then(end, end);
    return started;
  }

  return async (signal) => {
    throwIfAborted(signal);
    const joined = shared ?? start();
    if (!isolatesRequests()) shared = joined;
    joined.waiters += 1;
    try {
      return await abortable(joined.promise, signal);
    } finally {
      joined.waiters -= 1;
      if (joined.waiters === 0) {
        if (shared === joined) shared = undefined;
        joined.controller.abort();
      }
    }
  };
}

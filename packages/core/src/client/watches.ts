import type { SecretProvider } from '../provider.js';
import type { SecretRef } from '../ref.js';
import { SecretError } from '../secret-error.js';
import { readMany } from './read-many.js';

/** Reads that are made again and again. */
export interface Watches {
  /** @throws `closed` after `stopAll`. */
  start(refs: readonly SecretRef[], everyMs: number, signal: AbortSignal | undefined): Disposable;
  stopAll(): void;
}

/** The part of the period that chance takes off, so that processes that were started together do not ask together. */
const jitter = 0.1;

export function watches(stack: SecretProvider, now: () => number, random: () => number): Watches {
  const running = new Set<() => void>();
  let closed = false;

  return {
    start(refs, everyMs, signal) {
      if (closed) throw new SecretError('closed', `${stack.name} has been closed. Watch before.`);
      const reading = new AbortController();
      let timer: ReturnType<typeof setTimeout> | undefined;

      function schedule(): void {
        const spared = jitter * Math.min(1, Math.max(0, random() || 0)); // it may be no number
        timer = setTimeout(() => void tick(), everyMs * (1 - spared)); // tick handles its failures
        (timer as { unref?: () => void }).unref?.(); // on Node and Bun a number of timers must not keep a process
      }

      // Through the cache, as every read: what is fresh costs nothing, what is not is fetched once.
      async function tick(): Promise<void> {
        try {
          await readMany(stack, refs, { signal: reading.signal }, now);
        } catch {
          // The next tick asks again; the cache tells of failures by its events.
        }
        if (running.has(stop)) schedule();
      }

      function stop(): void {
        running.delete(stop);
        clearTimeout(timer);
        signal?.removeEventListener('abort', stop);
        reading.abort();
      }

      if (!signal?.aborted) {
        running.add(stop);
        signal?.addEventListener('abort', stop, { once: true });
        schedule();
      }
      return { [Symbol.dispose]: stop };
    },

    stopAll() {
      closed = true;
      for (const stop of running) stop();
    },
  };
}

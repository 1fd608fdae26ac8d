import type { SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { SecretError } from '../contract/secret-error.js';
import { onAbort } from '../kernel/abortable.js';
import { closedError } from '../kernel/guard.js';
import { boundedRandom } from '../kernel/injected.js';
import { readMany } from '../kernel/read-many.js';
import { isolatesRequests } from '../kernel/runtime.js';

export interface Watches {
  start(refs: readonly SecretRef[], everyMs: number, signal: AbortSignal | undefined): Disposable;
  stopAll(): void;
}

/** The part of the period that is random, so that processes that started together do not read together. */
const jitter = 0.1;

export function watches(stack: SecretProvider, now: () => number, random: () => number): Watches {
  const running = new Set<() => void>();
  const fraction = boundedRandom(random);
  let closed = false;

  return {
    start(refs, everyMs, signal) {
      if (closed) throw closedError(stack.name);
      if (isolatesRequests()) {
        const problem =
          'watch cannot run here: this runtime ends a timer with its request. Read in each request instead.';
        throw new SecretError('unsupported', problem, { provider: stack.name });
      }
      const reading = new AbortController();
      const background = new AbortController().signal; // never fires: nobody waits for these reads
      let timer: ReturnType<typeof setTimeout> | undefined;
      let leave = (): void => undefined;

      function schedule(): void {
        timer = setTimeout(() => void tick(), everyMs * (1 - jitter * fraction())); // tick handles its failures
        (timer as { unref?: () => void }).unref?.(); // where timers are objects, it must not keep a process alive
      }

      // Through the cache: one call for all readers, and cooldowns hold; but a copy older than half a period is read again.
      async function tick(): Promise<void> {
        const ctx = { signal: reading.signal, background, maxAgeMs: everyMs / 2 };
        const answers = readMany(stack, refs, ctx, now);
        await answers.catch(() => undefined); // the next tick reads again; the cache reports failures by its events
        if (running.has(stop)) schedule();
      }

      function stop(): void {
        running.delete(stop);
        clearTimeout(timer);
        leave();
        reading.abort();
      }

      if (!signal?.aborted) {
        running.add(stop);
        leave = onAbort(signal, stop);
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

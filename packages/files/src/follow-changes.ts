import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Answer,
  type CacheInvalidation,
  type CallContext,
  isSecretError,
  type Secret,
  type SecretChange,
} from '@secretkit/core/provider';

type Listener = (change: SecretChange | CacheInvalidation) => void;

/** Reports the values that replaced others to the listeners, such as a cache around the provider. */
export interface Changes {
  /** Returns the function that ends the subscription. */
  subscribe(listener: Listener): () => void;
  /** Records the answer that a read returned: its name is looked at from then on, while there is a listener. */
  record(name: string, secret: Secret | undefined): void;
  close(): void;
}

/** Starts looks for changes. Returns the function that ends them. */
export type StartLooking = (look: () => Promise<void>) => () => void;

const maxMissingNames = 100;

/**
 * Compares what names have with what they had, for as long as there is a listener and a name that was read.
 *
 * @param readAll - Returns one answer for each name. A rejection and an error are an outage, and not a change.
 */
export function followChanges(
  readAll: (names: readonly string[], ctx: CallContext) => Promise<readonly Answer[]>,
  start: StartLooking,
): Changes {
  const inOwnContext = AsyncLocalStorage.snapshot(); // looks are of no request, and must keep none
  const listeners = new Set<Listener>();
  const held = new Map<string, Secret>();
  const missing = new Set<string>();
  const closed = new AbortController();
  let stop: (() => void) | undefined;
  let looking: Promise<void> | undefined;
  let again = false;

  /** One look at a time. One that is asked for meanwhile follows it, since it may not see the latest change. */
  function look(): Promise<void> {
    if (looking) again = true;
    looking ??= repeat().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  async function repeat(): Promise<void> {
    do {
      again = false;
      await compare().catch(() => undefined); // an outage: a cache serves what it has, and the next look follows
    } while (again && stop);
  }

  async function compare(): Promise<void> {
    const names = [...held.keys(), ...missing];
    // Nobody waits for it, so its timers must not keep the process alive.
    const ctx = { signal: closed.signal, background: new AbortController().signal };
    const answers = await readAll(names, ctx);
    if (!stop) return; // the last listener has left, or it was closed
    for (const [at, name] of names.entries()) notifyOf(name, answers[at]);
  }

  function notifyOf(name: string, answer: Answer): void {
    if (isSecretError(answer)) return;
    const previous = held.get(name);
    if (answer && previous && isEqual(answer, previous)) return;
    if (!answer && !previous) return;
    if (answer) held.set(name, answer);
    else held.delete(name);
    if (answer) missing.delete(name);
    else addMissing(name);
    notify(answer && previous ? { ref: { name }, secret: answer } : { invalidate: { name } });
  }

  function notify(change: SecretChange | CacheInvalidation): void {
    for (const listener of [...listeners]) {
      try {
        if (listeners.has(listener)) listener(change); // an earlier listener may have ended it
      } catch {
        // It must not keep the change from another one.
      }
    }
  }

  /** Made-up names must not fill the memory: of more than a hundred, the oldest is dropped. */
  function addMissing(name: string): void {
    missing.add(name);
    const [oldest] = missing;
    if (missing.size > maxMissingNames && oldest !== undefined) missing.delete(oldest);
  }

  function end(): void {
    stop?.();
    stop = undefined;
    held.clear();
    missing.clear();
  }

  return {
    subscribe(listener) {
      const own: Listener = (change) => listener(change); // the same function may subscribe twice
      if (!closed.signal.aborted) listeners.add(own);
      return () => {
        if (listeners.delete(own) && listeners.size === 0) end();
      };
    },
    record(name, secret) {
      if (listeners.size === 0) return;
      if (!secret) {
        if (!held.has(name)) addMissing(name);
      } else if (!held.has(name)) {
        held.set(name, secret); // a later value is for the next look, which reports it
      }
      stop ??= inOwnContext(start, look);
    },
    close() {
      closed.abort();
      listeners.clear();
      end();
    },
  };
}

function isEqual(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal() && one.format === other.format;
}

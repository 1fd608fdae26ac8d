import { abortable, SecretError } from '@secretkit/core/provider';
import { pause } from './backoff.js';
import type { Credential } from './credential.js';
import type { Following } from './follow.js';

/** A pool of a database's client, without the credential. */
export interface ClientPool<T, C> {
  /** Takes an idle connection, or opens one. */
  take(): Promise<C>;
  /** Ends a connection that was taken, and removes it. */
  discard(connection: C): unknown;
  credentialOf(connection: C): Credential<T> | undefined;
  /** Whether `take` finds an idle connection. */
  hasIdle(): boolean;
  /** Ends the pool, after the work of its connections, which are cut when the signal fires. */
  end(late: AbortSignal): Promise<void>;
  /** Ends a connection at once, and waits for its end. */
  cut(connection: C): Promise<unknown>;
}

/** The checkouts of a pool: each gives a connection that has the accepted credential. */
export interface Checkouts<C> {
  /**
   * Takes a connection. A refused login is repeated, and a connection with a replaced credential is discarded.
   * @throws The failure of `take`; `closed`.
   */
  take(): Promise<C>;
  /** Counts a new connection. The returned function ends the count. */
  opened(connection: C): () => void;
  readonly isEnded: boolean;
  /** Answers the checkouts that wait, ends the pool, and after `closeMs` its connections. Ending twice is fine. */
  end(): Promise<void>;
}

export function checkouts<T, C>(
  following: Following<T>,
  pool: ClientPool<T, C>,
  closeMs: number,
): Checkouts<C> {
  const open = new Set<C>();
  const closing = new AbortController();
  let waiting = 0;
  let ending: Promise<void> | undefined;

  async function fromIdleOrLogin(): Promise<C> {
    if (following.isExpired) await following.renewExpired();
    try {
      if (pool.hasIdle()) return await current(); // without a login, it need not wait for one
    } catch (failure) {
      if (!following.isAuthFailure(failure)) throw failure;
    }
    return following.login(current);
  }

  /** Takes a connection with the accepted credential; others are discarded. */
  async function current(): Promise<C> {
    for (;;) {
      const taking = pool.take();
      const connection = await abortable(taking, closing.signal).catch((failure: unknown) => {
        void taking.then((late) => pool.discard(late), ignore);
        throw failure;
      });
      if (pool.credentialOf(connection) === following.credential) return connection;
      pool.discard(connection);
    }
  }

  async function end(): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), closeMs);
    while (waiting > 0 && !late.signal.aborted) await pause(10, late.signal); // the client's `end` would not answer them
    closing.abort(endedError());
    await abortable(pool.end(late.signal), late.signal).catch(ignore);
    clearTimeout(timer);
    await Promise.all([...open].map((connection) => pool.cut(connection).catch(ignore)));
  }

  return {
    async take() {
      if (ending) throw endedError();
      waiting += 1;
      try {
        return await fromIdleOrLogin();
      } finally {
        waiting -= 1;
      }
    },
    opened(connection) {
      const release = following.hold(pool.credentialOf(connection) ?? following.credential);
      open.add(connection);
      return () => {
        open.delete(connection);
        release();
      };
    },
    get isEnded() {
      return ending !== undefined;
    },
    end() {
      ending ??= end();
      return ending;
    },
  };
}

function endedError(): SecretError {
  return new SecretError('closed', 'the pool has been ended. End it after the code that uses it.');
}

/** For failures of a connection that is given up. */
export function ignore(): void {
  // There is nobody to report it to.
}

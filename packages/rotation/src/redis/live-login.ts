import { backgroundTimer, backoffMs } from '../backoff.js';
import type { Credential } from '../credential.js';
import type { Following } from '../follow.js';

/** The credential of one connection, which logs in again while it is open. */
export interface LiveLogin<T> {
  /** The connection logs in with this credential. */
  opened(credential: Credential<T>): void;
  /** The connection has ended, or a new one replaces it. */
  closed(): void;
  /** The connection was lost. If it has a replaced credential, the server has ended it before its drain. */
  lost(): void;
  /** Logs in with the accepted credential, if the connection has another one. It never rejects. */
  renew(): Promise<void>;
}

/** The wait before a connection that could not log in again is tried again. */
const retryMs = { first: 1_000, max: 60_000 };

/**
 * @param authenticate - Sends `AUTH`. `false` if the connection cannot log in now: it is not ready, or subscribes by RESP2.
 */
export function liveLogin<T>(
  following: Following<T>,
  authenticate: (credential: Credential<T>) => Promise<boolean>,
): LiveLogin<T> {
  let held: { readonly credential: Credential<T>; readonly release: () => void } | undefined;
  let renewing: Promise<void> | undefined;
  let attempt = 0;
  let stopTimer = (): void => undefined;

  function hold(credential: Credential<T>): void {
    held?.release();
    held = { credential, release: following.hold(credential) };
  }

  const isBehind = (): boolean =>
    held !== undefined && held.credential !== following.credential && !following.signal.aborted;

  async function run(): Promise<void> {
    stopTimer();
    while (isBehind()) {
      const { credential } = following;
      if (await isAuthenticated(credential)) {
        attempt = 0;
        if (held) hold(credential); // also of a new connection, on which a client has sent the command again
      } else if (credential === following.credential) {
        if (isBehind()) later();
        return;
      }
    }
  }

  async function isAuthenticated(credential: Credential<T>): Promise<boolean> {
    try {
      return await authenticate(credential);
    } catch (failure) {
      if (following.isAuthFailure(failure)) void following.refused(credential); // it never rejects
      return false;
    }
  }

  function later(): void {
    const ms = backoffMs(attempt, retryMs.first, retryMs.max, Math.random);
    attempt += 1;
    stopTimer = backgroundTimer(ms, () => void login.renew()); // it never rejects
  }

  const login: LiveLogin<T> = {
    opened(credential) {
      attempt = 0;
      hold(credential);
    },
    closed() {
      stopTimer();
      held?.release();
      held = undefined;
    },
    lost() {
      if (held && isBehind()) following.reportEnd(held.credential);
      login.closed();
    },
    renew() {
      renewing ??= run().finally(() => (renewing = undefined));
      return renewing;
    },
  };
  return login;
}

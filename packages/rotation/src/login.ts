import { onAbort } from '@secretkit/core/provider';
import type { AcceptedCredential } from './accepted-credential.js';
import { backoffMs, pause } from './backoff.js';
import type { Credential } from './credential.js';
import type { LoginGate } from './login-gate.js';

export interface LoginSetup<T> {
  readonly gate: LoginGate;
  readonly accepted: AcceptedCredential<T>;
  /** How long a login is repeated after the first refusal, in milliseconds. */
  readonly deadlineMs: number;
  /** Fires when no login may begin. */
  readonly closing: AbortSignal;
  isAuthFailure(failure: unknown): boolean;
  /** Whether `open` was not tried, because of another login. */
  isUntried(failure: unknown): boolean;
  /** Called for each refused login. */
  onRefusal(): void;
  /** Reads and verifies a new credential if the accepted one has expired. */
  renewExpired(): Promise<void>;
  /** Reads the store again and verifies a new credential. */
  refused(credential: Credential<T>): Promise<void>;
  /** The error if no login was tried before the deadline. */
  waitedInVain(): unknown;
  random(): number;
}

/** The wait before a login is repeated. */
const retryMs = { first: 50, max: 1_000 };

/** Opens a connection; repeats a refused login, which has sent no query, until the deadline. One at a time after a refusal. */
export async function login<T, R>(
  setup: LoginSetup<T>,
  open: (credential: Credential<T>) => Promise<R> | R,
): Promise<R> {
  const { gate, accepted, closing, deadlineMs } = setup;
  const deadline = new AbortController();
  const expire = (): void => deadline.abort();
  let timer: ReturnType<typeof setTimeout> | undefined;
  // A busy pool may keep a login waiting for longer than the deadline before the first refusal.
  const startDeadline = (): void => {
    timer ??= setTimeout(expire, deadlineMs);
    if (deadlineMs === 0) expire();
  };
  const leave = onAbort(closing, expire);
  let isProbe = false;
  let failure: unknown;
  try {
    for (let attempt = 0; !closing.aborted; attempt += 1) {
      if (gate.isClosed) startDeadline();
      if (!isProbe) {
        const passage = await gate.enter(deadline.signal);
        if (passage === 'ended') break;
        isProbe = passage === 'probe';
      }
      await setup.renewExpired();
      const credential = accepted.current;
      try {
        const opened = await open(credential);
        if (credential === accepted.current) {
          accepted.isRefused = false;
          gate.open();
          isProbe = false;
        }
        return opened;
      } catch (thrown) {
        if (setup.isUntried(thrown)) {
          if (deadline.signal.aborted) break;
          if (isProbe) await pause(retryMs.first, deadline.signal);
          continue;
        }
        if (!setup.isAuthFailure(thrown)) throw thrown;
        failure = thrown;
        setup.onRefusal();
        startDeadline();
      }
      if (deadline.signal.aborted) break;
      if (credential !== accepted.current) continue; // replaced meanwhile: the next attempt has the new one
      gate.refuse();
      if (!isProbe) {
        const passage = await gate.enter(deadline.signal);
        if (passage === 'ended') break;
        isProbe = passage === 'probe';
        if (!isProbe) continue; // a probe was accepted
      }
      await setup.refused(credential);
      if (credential !== accepted.current) continue;
      await pause(backoffMs(attempt, retryMs.first, retryMs.max, setup.random), deadline.signal);
    }
    if (closing.aborted) throw closing.reason;
    throw failure ?? setup.waitedInVain();
  } finally {
    if (isProbe) gate.leave();
    leave();
    clearTimeout(timer);
  }
}

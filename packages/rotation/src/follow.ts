import { hasExpired, SecretError } from '@secretkit/core/provider';
import { type AcceptedCredential, acceptedCredential } from './accepted-credential.js';
import type { Credential } from './credential.js';
import type { CredentialSource } from './credential-source.js';
import { type Drain, drain } from './drain.js';
import { login } from './login.js';
import { loginGate } from './login-gate.js';
import { factsOf, type RotationEvent } from './rotation-event.js';

export interface FollowOptions<T, V = unknown> {
  /** The name in events and in `health()`. @defaultValue `client` */
  readonly name?: string;
  /** Logs in with a new credential, and rejects if it does not work. A pool opens and closes a connection. */
  readonly verify: (credential: Credential<T>) => Promise<V> | V;
  /** Replaces what was made with the credential before. `verified` is absent if a new credential was taken unverified. */
  readonly install?: (
    credential: Credential<T>,
    previous: Credential<T>,
    verified?: { readonly result: V },
  ) => Promise<void> | void;
  /** Called when the drain of a replaced credential is over. @defaultValue nothing is called */
  readonly onDrained?: (credential: Credential<T>) => Promise<void> | void;
  /** Called by `close()`, which waits for it. @defaultValue nothing is called */
  readonly onClose?: () => Promise<void> | void;
  /** How long work with a replaced credential may take, in milliseconds, before `drained` reports it. @defaultValue 30000 */
  readonly drainMs?: number;
}

/** The credential that a pool or client uses, for bindings. */
export interface Following<T> {
  /** The credential that was accepted last. New connections use it. */
  readonly credential: Credential<T>;
  /**
   * Opens a connection. If the server refuses the credential, the store is read again, a new value is verified, and `open` is called
   * again with backoff, until `deadlineMs`. After a refusal one login at a time is tried.
   * @throws The failure of `open`; `closed`.
   */
  login<R>(open: (credential: Credential<T>) => Promise<R> | R): Promise<R>;
  /**
   * Returns the error for a login that must not be tried now, because another one is: a pool that has queued it before the first
   * refusal rejects `open` with it. `undefined` if it may be tried.
   */
  refusal(isAnotherTried: boolean): SecretError | undefined;
  /** Whether the credential has expired, by the clock of the rotation. */
  readonly isExpired: boolean;
  /** Reads and verifies a new credential if this one has expired. Never rejects. */
  renewExpired(): Promise<void>;
  /** Reads the store again, because the server has refused this credential, and verifies a new one. Never rejects. */
  refused(credential: Credential<T>): Promise<void>;
  /** Whether a failure means that the server refused the login. */
  isAuthFailure(failure: unknown): boolean;
  /** Counts a connection or call that uses the credential. The returned function ends the use. */
  hold(credential: Credential<T>): () => void;
  /** Reports that the server ends the sessions of this credential, such as by dropping its user, if it is a replaced one. */
  reportEnd(credential: Credential<T>): void;
  /** Fires when the rotation, or this, is closed. */
  readonly signal: AbortSignal;
  /** Ends it: logins that wait are rejected, and `onClose` is called. Closing twice is fine. */
  close(): Promise<void>;
}

/** What the pools and clients of a rotation have in common. */
export interface FollowContext<T> {
  readonly source: CredentialSource<T>;
  readonly deadlineMs: number;
  readonly now: () => number;
  readonly random: () => number;
  isAuthFailure(failure: unknown): boolean;
  countRefusal(): void;
  emit(event: RotationEvent): void;
  /** Counts a user of the credential. The returned function ends it: the last one lets the old credential be revoked. */
  retain(credential: Credential<T>): () => void;
}

/** A `Following` with the parts that `health()` reads. */
export interface FollowState<T> {
  readonly following: Following<T>;
  readonly accepted: AcceptedCredential<T>;
  readonly drain: Drain;
  readonly name: string;
  /** Ends it, and calls `onClose`. Closing twice is fine. */
  close(): Promise<void>;
}

export function follow<T, V>(
  context: FollowContext<T>,
  first: Credential<T>,
  { name = 'client', verify, install, onDrained, onClose, drainMs = 30_000 }: FollowOptions<T, V>,
): FollowState<T> {
  const { source, deadlineMs, isAuthFailure, countRefusal, emit, random } = context;
  const closing = new AbortController();
  const gate = loginGate();
  const drains = drain(drainMs);
  let release = context.retain(first);

  const accepted = acceptedCredential<T, V>({
    source,
    first,
    name,
    emit,
    random,
    isAuthFailure,
    onRefusal: countRefusal,
    verify: async (credential) => verify(credential),
    install: async (next, previous, verified) => install?.(next, previous, verified),
    onSwapped(previous, isVerified) {
      if (isVerified) gate.open();
      const releasePrevious = release;
      release = context.retain(accepted.current);
      drains.start(previous, (inUse) => void drained(previous, inUse).then(releasePrevious)); // it never rejects
    },
  });
  const leave = source.onNewer(() => void accepted.handOver()); // it never rejects

  async function drained(previous: Credential<T>, inUse: number): Promise<void> {
    await settledQuietly(() => onDrained?.(previous));
    if (!closing.signal.aborted) emit({ kind: 'drained', client: name, ...factsOf(previous), inUse });
  }

  const isExpired = (): boolean => hasExpired(accepted.current.secret, context.now());

  async function renewExpired(): Promise<void> {
    if (!isExpired()) return;
    await source.refresh();
    await accepted.handOver();
  }

  async function refused(credential: Credential<T>): Promise<void> {
    if (credential !== accepted.current) return; // it has been replaced since
    accepted.isRefused = true;
    await source.refresh();
    await accepted.handOver();
  }

  const untried = new WeakSet<object>();
  const following: Following<T> = {
    refusal(isAnotherTried) {
      if (!gate.isClosed || !isAnotherTried) return undefined;
      const error = new SecretError('unauthenticated', 'another login is tried first.');
      untried.add(error);
      return error;
    },
    get credential() {
      return accepted.current;
    },
    get isExpired() {
      return isExpired();
    },
    login: (open) =>
      login(
        {
          gate,
          accepted,
          deadlineMs,
          closing: closing.signal,
          isAuthFailure,
          isUntried: (failure) => typeof failure === 'object' && failure !== null && untried.has(failure),
          onRefusal: countRefusal,
          renewExpired,
          refused,
          waitedInVain: () => new SecretError('timeout', refusedProblem(name, deadlineMs)),
          random,
        },
        open,
      ),
    renewExpired,
    refused,
    isAuthFailure,
    hold: (credential) => drains.hold(credential),
    reportEnd(credential) {
      if (credential !== accepted.current) emit({ kind: 'ended', client: name, ...factsOf(credential) });
    },
    signal: closing.signal,
    close: () => state.close(),
  };
  let ending: Promise<void> | undefined;
  const state: FollowState<T> = {
    following,
    accepted,
    drain: drains,
    name,
    close() {
      ending ??= end();
      return ending;
    },
  };
  return state;

  async function end(): Promise<void> {
    leave();
    accepted.close();
    drains.close();
    closing.abort(new SecretError('closed', `the rotation of ${name} has been closed. Close it last.`));
    await settledQuietly(onClose);
    release();
  }
}

/** Calls a function of the user, and ignores its failure. */
async function settledQuietly(run: (() => Promise<void> | void) | undefined): Promise<void> {
  try {
    await run?.();
  } catch {
    // There is nobody to report it to.
  }
}

function refusedProblem(name: string, deadlineMs: number): string {
  return `the server refuses the credential of ${name}; another login was tried for ${deadlineMs} ms. Compare the store with the server.`;
}

import { backgroundTimer, backoffMs } from './backoff.js';
import type { Credential } from './credential.js';
import type { CredentialSource } from './credential-source.js';
import { factsOf, type RotationEvent } from './rotation-event.js';

/** The credential that a client uses: the newest one of the store that the server has accepted. */
export interface AcceptedCredential<T> {
  readonly current: Credential<T>;
  /** Whether the server has refused the current one since it last accepted it. */
  isRefused: boolean;
  /** Verifies the store's newest credential, if it is another one. One at a time; it never rejects. */
  handOver(): Promise<void>;
  close(): void;
}

export interface AcceptedSetup<T, V> {
  readonly source: CredentialSource<T>;
  readonly first: Credential<T>;
  readonly name: string;
  /** Logs in with a credential. */
  verify(credential: Credential<T>): Promise<V>;
  /** Installs a credential, also after `close`; `verified` is absent if it is taken unverified. */
  install(
    credential: Credential<T>,
    previous: Credential<T>,
    verified?: { readonly result: V },
  ): Promise<void>;
  /** Called after a swap. */
  onSwapped(previous: Credential<T>, isVerified: boolean): void;
  isAuthFailure(failure: unknown): boolean;
  onRefusal(): void;
  emit(event: RotationEvent): void;
  random(): number;
}

/** The wait before a refused credential is verified again: some servers lock an account after a few refusals. */
const retryMs = { first: 1_000, max: 60_000 };

export function acceptedCredential<T, V>(setup: AcceptedSetup<T, V>): AcceptedCredential<T> {
  const { source, name, emit } = setup;
  let current = setup.first;
  let announced: Credential<T> | undefined;
  let attempt = 0;
  let running: Promise<void> | undefined;
  let closed = false;
  let stopTimer = (): void => undefined;

  async function run(): Promise<void> {
    stopTimer();
    while (!closed && source.latest && source.latest !== current) {
      const next = source.latest;
      if (announced !== next) {
        announced = next;
        attempt = 0;
        emit({ kind: 'rotating', client: name, ...factsOf(next) });
      }
      if (await isInstalled(next)) continue;
      if (closed || source.latest !== next) continue; // a rotation during the rotation
      stopTimer = backgroundTimer(backoffMs(attempt, retryMs.first, retryMs.max, setup.random), retry);
      attempt += 1;
      return;
    }
  }

  function retry(): void {
    void source.refresh().then(accepted.handOver); // neither rejects
  }

  async function isInstalled(next: Credential<T>): Promise<boolean> {
    let verified: { result: V } | undefined;
    let reason: 'refused' | 'failed' = 'failed';
    try {
      verified = { result: await setup.verify(next) };
    } catch (failure) {
      if (setup.isAuthFailure(failure)) reason = 'refused';
      if (reason === 'refused') setup.onRefusal();
    }
    const neitherWorks = reason === 'refused' && accepted.isRefused;
    const isTaken = verified !== undefined || (neitherWorks && source.latest === next);
    const previous = current;
    if (isTaken && (await isDone(() => setup.install(next, previous, verified)))) {
      current = next;
      accepted.isRefused = verified === undefined;
      const swapped = { previous: previous.generation, verified: verified !== undefined };
      if (closed) return true;
      emit({ kind: 'swapped', client: name, ...factsOf(next), ...swapped });
      setup.onSwapped(previous, verified !== undefined);
      return true;
    }
    if (!closed) {
      emit({ kind: 'kept-old', client: name, ...factsOf(current), refused: next.generation, reason });
    }
    return false;
  }

  const accepted: AcceptedCredential<T> = {
    get current() {
      return current;
    },
    isRefused: false,
    handOver() {
      running ??= run().finally(() => (running = undefined));
      return running;
    },
    close() {
      closed = true;
      stopTimer();
    },
  };
  return accepted;
}

async function isDone(run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch {
    return false;
  }
}

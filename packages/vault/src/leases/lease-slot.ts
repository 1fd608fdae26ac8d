import {
  abortable,
  type CallContext,
  isSecret,
  type Secret,
  SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import { freshGate } from './fresh-gate.js';
import { isDenied } from './is-denied.js';
import type { Lease, LeaseBackend } from './lease.js';
import type { LeaseClock, Moment } from './lease-clock.js';
import { type LeasedPair, leasedPair } from './leased-pair.js';
import { retryWaitMs } from './retry-wait.js';

export interface LeaseSetup {
  readonly backend: LeaseBackend;
  readonly clock: LeaseClock;
  readonly random: () => number;
  /** Runs a function later, in the async context of no reader. */
  readonly later: (run: () => void) => void;
  /** Fires when the keeper closes. */
  readonly closing: AbortSignal;
}

/** The lease of one ref. */
export interface LeaseSlot {
  /** Returns the credential, or makes one. `undefined` if there is no such role. */
  read(ctx: CallContext): Promise<Secret | undefined>;
  hold(version: string): Disposable;
  /** The credentials whose leases have not ended. */
  alive(): readonly LeasedPair[];
  /** Resolves when the credential that is being made is there, or has failed. Never rejects. */
  settled(): Promise<unknown>;
  readonly isMinting: boolean;
  /** Forgets its credentials and ends its timers. */
  end(): void;
  /** Whether there is nothing to remember. */
  isIdle(): boolean;
}

/** A credential with a lease, a secret without one, or nothing. */
type Minted = LeasedPair | Secret | undefined;

/** The longest a request takes that no reader waits for, in milliseconds. */
const limitMs = { mint: 60_000, renewal: 10_000 };

/** What answers a `fresh` read, too: a credential this young, or a renewal, since a reader that follows `refreshAt` reads fresh. */
const confirmedMs = { mint: 1_000, renewal: 3_000 };

export function leaseSlot(ref: SecretRef, setup: LeaseSetup): LeaseSlot {
  const { backend, clock, random, later, closing } = setup;
  const gate = freshGate();
  const replaced = new Map<LeasedPair, () => void>(); // with the timer of its end
  let current: LeasedPair | undefined;
  let minting: Promise<Minted> | undefined;
  let stepping: Promise<void> | undefined;
  let readAtMs = -Infinity;
  let failures = 0;
  let notBeforeMs = -Infinity; // of the next step
  let isLapsing = false;
  let stopTimer = (): void => undefined;

  const nowMs = (): number => clock.read().monotonicMs;
  const living = (): LeasedPair | undefined => (current && current.leftMs() > 0 ? current : undefined);
  const dueInMs = (pair: LeasedPair): number => Math.max(pair.dueInMs(), notBeforeMs - nowMs());

  /** Whether somebody has read it within its length, or holds it. */
  function isWanted({ firstMs, holds }: LeasedPair): boolean {
    return holds > 0 || nowMs() - readAtMs < firstMs;
  }

  /** Sends a request that goes on when its readers leave. The time that it takes is bounded. */
  async function bounded<T>(ms: number, send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const stop = clock.timer(ms, () => limit.abort(tooSlow(ms)));
    try {
      return await abortable(send(limit.signal), limit.signal);
    } finally {
      stop();
    }
  }

  function mint(): Promise<Minted> {
    if (closing.aborted && !minting) return Promise.reject(closing.reason as SecretError); // it would be left behind
    const sentAt = clock.read();
    minting ??= bounded(limitMs.mint, async (signal) => {
      const answer = await backend.mint(ref, signal);
      if (!answer || isSecret(answer)) return answer; // the backend seals texts
      return adopt(answer, sentAt); // also if the limit has passed: its account exists
    }).finally(() => (minting = undefined));
    return minting;
  }

  function adopt(lease: Lease, sentAt: Moment): LeasedPair {
    if (current?.id === lease.id) {
      current.extend(lease, sentAt); // a proxy has given the same one again
      return current;
    }
    const pair = leasedPair(lease, sentAt, clock, random);
    if (pair.leftMs() <= 0) throw alreadyEnded();
    if (current && current.mintedAt.monotonicMs > sentAt.monotonicMs) {
      pair.wasHeld = true; // by the mint itself, which nobody waits for
      replace(pair);
      return current;
    }
    const previous = current;
    current = pair;
    failures = 0;
    notBeforeMs = -Infinity;
    if (previous) replace(previous);
    later(schedule);
    return pair;
  }

  function replace(pair: LeasedPair): void {
    replaced.set(pair, () => undefined);
    later(
      () =>
        replaced.has(pair) &&
        replaced.set(
          pair,
          clock.timer(pair.leftMs(), () => forgetReplaced(pair)),
        ),
    );
    release(pair);
  }

  function forgetReplaced(pair: LeasedPair): void {
    replaced.get(pair)?.();
    replaced.delete(pair);
  }

  /** Revokes a replaced credential when its last holder has let go, if nobody else has got it. */
  function release(pair: LeasedPair): void {
    if (replaced.has(pair) && pair.holds === 0 && pair.wasHeld && !pair.isPlain)
      later(() => void revoke(pair)); // it does not reject
  }

  async function revoke(pair: LeasedPair): Promise<void> {
    for (let attempt = 1; replaced.has(pair) && !closing.aborted; attempt += 1) {
      try {
        await backend.revoke(pair.id, closing);
        forgetReplaced(pair);
      } catch (failure) {
        if (isDenied(failure)) return; // it ends with its lease
        const waitMs = waitAfter(attempt, failure, pair);
        await new Promise<void>((resolve) => void clock.timer(waitMs, resolve));
      }
    }
  }

  function waitAfter(attempt: number, failure: unknown, pair: LeasedPair): number {
    return retryWaitMs(attempt, failure, { leaseMs: pair.firstMs, leftMs: pair.leftMs() }, random);
  }

  function forget(): void {
    current = undefined;
    failures = 0;
    stopTimer();
  }

  /** Sets the timer of the next step: a renewal, a replacement, or the end of a lease that nobody wants. */
  function schedule(): void {
    stopTimer();
    if (!current || closing.aborted) return;
    isLapsing = !isWanted(current);
    const leftMs = current.leftMs();
    const waitMs = isLapsing ? leftMs : Math.min(dueInMs(current), leftMs);
    stopTimer = clock.timer(Math.ceil(Math.max(0, waitMs)), () => void step()); // not a moment early. It does not reject
  }

  function step(): Promise<void> {
    stepping ??= advance().finally(() => {
      stepping = undefined;
      schedule();
    });
    return stepping;
  }

  async function advance(): Promise<void> {
    const pair = current;
    if (!pair || closing.aborted) return;
    if (pair.leftMs() <= 0) {
      forget();
      return;
    }
    if (!isWanted(pair) || dueInMs(pair) > 0) return;
    let failure: unknown;
    try {
      await take[pair.nextStep()](pair);
      failures = 0;
    } catch (error) {
      failures += 1;
      failure = error;
    }
    // Also after a success: a server whose grants are shorter than it says must not make a loop.
    notBeforeMs = nowMs() + waitAfter(Math.max(1, failures), failure, pair);
  }

  const take = {
    renew,
    async replace(pair: LeasedPair): Promise<void> {
      const next = await mint();
      if (next === undefined || next === pair) throw alreadyEnded(); // a role that is gone, or the cache of a proxy
    },
    async 'ask-login'({ login }: LeasedPair): Promise<void> {
      const refresh = login?.refresh;
      if (refresh) await bounded(limitMs.renewal, (signal) => refresh(signal));
    },
  };

  async function renew(pair: LeasedPair): Promise<void> {
    const sentAt = clock.read();
    const ms = Math.min(limitMs.renewal, Math.max(500, pair.firstMs / 9)); // three within what is left
    const renewal = await bounded(ms, (signal) => backend.renew(pair.id, pair.incrementMs, signal));
    if (renewal !== 'lost') pair.extend(renewal, sentAt);
    else if (current === pair) {
      forget();
      await mint();
    }
  }

  /** A caller whose credential was refused wants another one. */
  async function readFresh(): Promise<Minted> {
    await stepping; // a renewal may end it
    const pair = living();
    if (!pair || minting) return mint();
    return isConfirmed(pair) || !gate.enter(nowMs()) ? pair : mint();
  }

  function isConfirmed({ mintedAt, renewedAtMs, firstMs }: LeasedPair): boolean {
    const isYoung = nowMs() - mintedAt.monotonicMs < confirmedMs.mint;
    return isYoung || nowMs() - renewedAtMs < Math.min(confirmedMs.renewal, firstMs / 8);
  }

  return {
    async read({ fresh = false, signal }) {
      readAtMs = nowMs();
      const pair = (fresh ? undefined : living()) ?? (await wait(fresh ? readFresh() : mint(), signal));
      if (!pair || isSecret(pair)) return pair;
      if (!fresh) pair.isPlain = true;
      if (isLapsing || (!stepping && dueInMs(pair) <= 0)) later(schedule);
      return pair.secret();
    },
    hold(version) {
      const pair = [current, ...replaced.keys()].find((each) => each?.version === version);
      if (!pair) return { [Symbol.dispose]: () => undefined };
      pair.holds += 1;
      pair.wasHeld = true;
      later(schedule);
      let isHeld = true;
      return {
        [Symbol.dispose]() {
          if (!isHeld) return;
          isHeld = false;
          pair.holds -= 1;
          release(pair);
        },
      };
    },
    alive: () => [...(current ? [current] : []), ...replaced.keys()].filter((pair) => pair.leftMs() > 0),
    settled: () => Promise.allSettled([minting, stepping]),
    get isMinting() {
      return minting !== undefined;
    },
    end() {
      forget();
      for (const pair of [...replaced.keys()]) forgetReplaced(pair);
    },
    isIdle: () => !current && !minting && replaced.size === 0,
  };

  function wait<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    return abortable(abortable(work, closing), signal);
  }
}

function tooSlow(ms: number): SecretError {
  return new SecretError(
    'timeout',
    `the server did not answer within ${ms} ms. Check its load and its database.`,
  );
}

function alreadyEnded(): SecretError {
  return new SecretError(
    'unavailable',
    'the server answered with a lease that has ended already. Check the cache of the proxy in between.',
  );
}

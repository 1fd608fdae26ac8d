import { markLocal, type Secret, seal } from '@secretkit/core/provider';
import type { Lease, LoginLife, Renewal } from './lease.js';
import type { LeaseClock, Moment } from './lease-clock.js';

/** A credential and what is known of its lease. Usually a user and a password, hence a pair. */
export interface LeasedPair {
  readonly id: string;
  readonly version: string;
  /** The length that it had at first: its lease's, or what was left of its login. */
  readonly firstMs: number;
  /** The length to ask for: never below that of its lease, since some servers shorten a lease to it. */
  readonly incrementMs: number;
  /** When the request that made it was sent. */
  readonly mintedAt: Moment;
  /** When the server last extended it, on the monotonic clock. */
  readonly renewedAtMs: number;
  /** What is left of it. */
  leftMs(): number;
  /** The time until it must be renewed or replaced. Not positive if that is due. */
  dueInMs(): number;
  /** What to do when it is due. A lease or a login that cannot be extended is replaced. */
  nextStep(): 'renew' | 'replace' | 'ask-login';
  readonly login: LoginLife | undefined;
  /** Takes what the server granted to a request that was sent at a moment. */
  extend(renewal: Renewal, sentAt: Moment): void;
  secret(): Secret;
  /** Whether a read that holds nothing has got it. */
  isPlain: boolean;
  /** The number of holds at this moment. */
  holds: number;
  /** Whether there was a hold. */
  wasHeld: boolean;
}

/** The part of the time until a step that is random, so that a fleet does not renew in the same second. */
const jitter = 0.1;

/** A renewal that grants less than this part of what was asked for is cut by the lease's maximum. */
const fullPart = 0.95;

export function leasedPair(
  lease: Lease,
  mintedAt: Moment,
  clock: LeaseClock,
  random: () => number,
): LeasedPair {
  const { login, durationMs } = lease;
  const firstMs = Math.min(durationMs, (login?.endsAtMs ?? Infinity) - mintedAt.monotonicMs);
  let endsAt = endOf(lease, mintedAt);
  let marginMs = marginOf(mintedAt);
  let isCut = !lease.renewable;
  let renewedAtMs = -Infinity;

  /** What is left after two thirds of it: never less than a third of the first length, since a replacement takes time, too. */
  function marginOf({ monotonicMs }: Moment): number {
    const leftMs = endsAt.monotonicMs - monotonicMs;
    const waitMs = Math.max(0, Math.min((leftMs * 2) / 3, leftMs - firstMs / 3));
    return leftMs - waitMs * (1 - jitter * random());
  }

  /** By the clock that shows less: one stops while the machine sleeps, the other is set. */
  function leaseLeftMs({ wallMs, monotonicMs }: Moment): number {
    return Math.min(endsAt.monotonicMs - monotonicMs, endsAt.wallMs - wallMs);
  }

  function leftMs(now: Moment): number {
    return Math.min(leaseLeftMs(now), (login?.endsAtMs ?? Infinity) - now.monotonicMs);
  }

  /** What is left before the last quarter of the first length: a login has a successor from its last third on. */
  function loginDueInMs({ monotonicMs }: Moment): number {
    return (login?.endsAtMs ?? Infinity) - firstMs / 4 - monotonicMs;
  }

  function dueInMs(now: Moment): number {
    return Math.min(leaseLeftMs(now) - marginMs, loginDueInMs(now));
  }

  const version = lease.id.slice(lease.id.lastIndexOf('/') + 1);
  return {
    id: lease.id,
    version,
    firstMs,
    incrementMs: durationMs,
    mintedAt,
    get renewedAtMs() {
      return renewedAtMs;
    },
    leftMs: () => leftMs(clock.read()),
    dueInMs: () => dueInMs(clock.read()),
    nextStep() {
      const now = clock.read();
      if (loginDueInMs(now) <= 0) return login?.isFinal ? 'replace' : 'ask-login';
      return isCut ? 'replace' : 'renew';
    },
    login,
    extend(renewal, sentAt) {
      renewedAtMs = sentAt.monotonicMs;
      if (renewal.durationMs < durationMs * fullPart) isCut = true;
      if (renewal.durationMs > 0) endsAt = endOf(renewal, sentAt);
      marginMs = marginOf(sentAt);
    },
    secret() {
      const now = clock.read();
      const secret = seal(lease.value, {
        expiresAt: new Date(now.wallMs + leftMs(now)),
        refreshAt: new Date(now.wallMs + dueInMs(now)),
        createdAt: new Date(mintedAt.wallMs),
        version,
      });
      return markLocal(secret); // revoked with this process's lease
    },
    isPlain: false,
    holds: 0,
    wasHeld: false,
  };
}

function endOf({ durationMs, ageMs = 0 }: Renewal, { wallMs, monotonicMs }: Moment): Moment {
  const leftMs = durationMs - ageMs;
  return { wallMs: wallMs + leftMs, monotonicMs: monotonicMs + leftMs };
}

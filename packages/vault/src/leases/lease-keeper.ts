import { type CallContext, refKey, type Secret, type SecretRef } from '@secretkit/core/provider';
import { closedError } from '../vault-errors.js';
import { isDenied } from './is-denied.js';
import type { LeaseBackend } from './lease.js';
import type { LeaseClock } from './lease-clock.js';
import { type LeaseSlot, leaseSlot } from './lease-slot.js';
import type { LeasedPair } from './leased-pair.js';
import { ownContext } from './own-context.js';

/** Keeps one lease for each ref, shared by all readers: it is renewed while somebody reads or holds it, and replaced before its end. */
export interface LeaseKeeper {
  /** Returns the credential of a ref, or makes one. `undefined` if there is no such role. @throws As the backend; `closed`. */
  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined>;
  /** Keeps a credential from being revoked, and its lease from lapsing, until it is disposed. */
  hold(ref: SecretRef, version: string): Disposable;
  /**
   * Ends the renewals, and waits at most `withinMs` for credentials that are being made. With `revoke`, revokes each lease, too.
   * Returns those that may still be valid. Never rejects.
   */
  close(options: { readonly revoke: boolean; readonly withinMs: number }): Promise<readonly LeftLease[]>;
}

/** A lease that was not revoked. */
export interface LeftLease {
  readonly ref: SecretRef;
  /** Absent for one that was still being made. */
  readonly leaseId?: string;
  readonly leftMs?: number;
}

export interface LeaseKeeperOptions {
  readonly backend: LeaseBackend;
  readonly clock: LeaseClock;
  readonly random: () => number;
}

/** The wait before a revocation is repeated. */
const retryMs = 200;

export function leaseKeeper({ backend, clock, random }: LeaseKeeperOptions): LeaseKeeper {
  const slots = new Map<string, { readonly ref: SecretRef; readonly slot: LeaseSlot }>();
  const closing = new AbortController();
  const setup = { backend, clock, random, later: ownContext(), closing: closing.signal };
  let sweepAt = 100;

  function slotOf(ref: SecretRef): LeaseSlot {
    const key = refKey(ref);
    const known = slots.get(key);
    if (known) return known.slot;
    if (slots.size >= sweepAt) sweep();
    const slot = leaseSlot(ref, setup);
    slots.set(key, { ref, slot });
    return slot;
  }

  /** Forgets refs without a lease: names are of the caller's choice, and may be many. */
  function sweep(): void {
    for (const [key, { slot }] of slots) if (slot.isIdle()) slots.delete(key);
    sweepAt = Math.max(100, slots.size * 2);
  }

  function left(): (LeftLease & { readonly pair: LeasedPair })[] {
    return [...slots.values()].flatMap(({ ref, slot }) =>
      slot.alive().map((pair) => ({ ref, leaseId: pair.id, leftMs: pair.leftMs(), pair })),
    );
  }

  return {
    async get(ref, ctx) {
      if (closing.signal.aborted) throw closing.signal.reason;
      return slotOf(ref).read(ctx);
    },
    hold: (ref, version) =>
      slots.get(refKey(ref))?.slot.hold(version) ?? { [Symbol.dispose]: () => undefined },
    async close({ revoke, withinMs }) {
      closing.abort(closedError());
      const limit = new AbortController();
      const ended = new Set<LeasedPair>();
      const work = async (): Promise<void> => {
        await Promise.all([...slots.values()].map(({ slot }) => slot.settled()));
        if (revoke) await Promise.all(left().map(({ pair }) => revokeOne(pair, limit.signal, ended)));
      };
      const isOver = clock.pause(withinMs, limit.signal).catch(() => undefined);
      await Promise.race([work(), isOver]);
      limit.abort();
      const late = [...slots.values()].filter(({ slot }) => slot.isMinting);
      const remaining = left().filter(({ pair }) => !ended.has(pair));
      for (const { slot } of slots.values()) if (!slot.isMinting) slot.end();
      for (const { slot } of late) void slot.settled().then(() => endLate(slot, revoke, withinMs)); // it does not reject
      return [
        ...remaining.map(({ ref, leaseId, leftMs }) => ({ ref, leaseId, leftMs })),
        ...late.map(({ ref }) => ({ ref })),
      ];
    },
  };

  /** Revokes what a slow server has made after the close. */
  async function endLate(slot: LeaseSlot, revoke: boolean, withinMs: number): Promise<void> {
    const limit = new AbortController();
    const stop = clock.timer(withinMs, () => limit.abort());
    if (revoke) await Promise.all(slot.alive().map((pair) => revokeOne(pair, limit.signal, new Set())));
    stop();
    slot.end();
  }

  async function revokeOne(pair: LeasedPair, signal: AbortSignal, ended: Set<LeasedPair>): Promise<void> {
    while (!signal.aborted && pair.leftMs() > 0) {
      try {
        await backend.revoke(pair.id, signal);
        ended.add(pair);
        return;
      } catch (error) {
        if (isDenied(error)) return;
        await clock.pause(retryMs, signal).catch(() => undefined); // it ends the loop
      }
    }
  }
}

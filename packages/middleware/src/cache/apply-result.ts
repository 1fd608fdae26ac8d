import { type MonotonicClock } from '@secretkit/core/middleware';
import {
  type Answer,
  errorRules,
  isSecret,
  isSecretError,
  type SecretError,
  type SecretRef,
} from '@secretkit/core/provider';
import type { Changes } from './changes.js';
import type { Entries } from './entries.js';
import type { Asked } from './flight.js';
import type { Identity } from './identity.js';
import type { StaleBounds } from './reads.js';
import type { Verdicts } from './verdicts.js';

/** For how long what came of a call is remembered, in milliseconds. */
export interface Memories {
  readonly negativeTtlMs: number;
  readonly denialTtlMs: number;
  readonly failureCooldownMs: number;
}

interface Parts {
  readonly memory: Entries;
  readonly known: Verdicts;
  readonly changed: Changes;
  readonly clock: MonotonicClock;
  readonly bounds: StaleBounds;
  readonly memories: Memories;
}

/** How much longer than the first cooldown the longest is. */
const maxGrowth = 10;

/** Does the backend say that there is no value for us? Of what else may fail it says nothing of the value. */
export function isDenial({ code }: SecretError): boolean {
  return code === 'permission_denied' || code === 'unauthenticated';
}

/** What a cache makes of an answer: it is kept, takes the place of another, evicts it, or lets it rest for a while. */
export function landing(
  parts: Parts,
): (identity: Identity, ref: SecretRef, answer: Answer, asked: Asked) => void {
  const { memory, known, changed, clock, bounds, memories } = parts;
  const servableMs = Math.max(bounds.staleWhileRevalidateMs, bounds.staleIfErrorMs);

  function fail(identity: Identity, error: SecretError): void {
    const { code } = error;
    const { remembered, staleAllowed } = errorRules[code];
    const now = clock.read();
    if (remembered) {
      if (isDenial(error)) memory.delete(identity.key); // revocation must bite
      known.remember(identity, error, memories.denialTtlMs, now);
    }
    const entry = memory.look(identity.key);
    if (!staleAllowed || !entry || memory.staleForMs(entry, now) >= servableMs) return;
    const failures = (entry.rest?.failures ?? 0) + 1;
    const growth = Math.min(2 ** Math.min(failures - 1, 30), maxGrowth); // outages last for hours
    const restMs = error.retryAfterMs || memories.failureCooldownMs * growth; // to wait 0 ms is no wait
    entry.rest = { failures, until: now + clock.offsetMs + restMs };
  }

  return (identity, ref, answer, asked) => {
    if (isSecretError(answer)) {
      fail(identity, answer);
    } else if (isSecret(answer)) {
      const before = memory.look(identity.key)?.secret ?? changed.take(identity.key);
      known.forget(identity.key);
      memory.store(identity, answer, asked);
      changed.arrive(ref, answer, before);
    } else {
      memory.delete(identity.key);
      known.remember(identity, undefined, memories.negativeTtlMs, clock.read());
    }
  };
}

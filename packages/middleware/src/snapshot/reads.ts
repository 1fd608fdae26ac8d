import { fetchedAt, isLocal } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  errorRules,
  hasExpired,
  isSecretError,
  type Secret,
  type SecretError,
  type SecretProvider,
  type SecretRef,
  throwIfAborted,
  toSecretError,
  withFields,
} from '@secretkit/core/provider';
import type { Requested } from '../cache/identity.js';
import type { LateWrites } from '../cache/late-writes.js';
import { isDenial } from '../cache/negative-entries.js';
import type { Clocks } from '../shared/clocks.js';
import { type Counts, report } from './report.js';
import { outdate, type SecretState, type SecretStates } from './secret-state.js';
import type { SnapshotRecords } from './snapshot-records.js';

/** A read of one secret. */
interface Pending extends Requested {
  readonly state: SecretState;
  readonly epoch: number;
  /** Whether a record may be the answer if the read fails. */
  readonly mayBeServed: boolean;
}

const firstCooldownMs = 2_000;
const maxCooldownMs = 60_000;
const maxRetryAfterMs = 300_000; // as that of a cache: ten times its default

export interface Reads {
  /** Returns one answer for each, in order. @throws The signal's reason; nothing else. */
  read(requested: readonly Requested[], ctx: CallContext): Promise<readonly Answer[]>;
}

export function createReads(
  next: SecretProvider,
  records: SnapshotRecords,
  states: SecretStates,
  lateWrites: LateWrites,
  { wallMs, monotonicMs }: Clocks,
  counts: Counts,
): Reads {
  function begin({ identity, ref }: Requested, { fresh, maxAttempts }: CallContext): Pending {
    const state = states.of(identity);
    const hasOther = maxAttempts === 1; // the cache around has a value to serve, and must see the failure
    const mayBeServed =
      !fresh && !hasOther && isKept(identity) && !lateWrites.mayChange(identity, monotonicMs());
    return { identity, ref, state, epoch: state.epoch, mayBeServed };
  }

  /** Returns the record, if it may be served. */
  async function serve({ state, ref }: Pending, ctx: CallContext): Promise<Secret | undefined> {
    const found = await records.find(state);
    throwIfAborted(ctx.signal);
    if (!found || found.fetchedAtMs < state.newestMs) {
      state.record = undefined;
      return undefined;
    }
    const { secret, fetchedAtMs } = found;
    state.newestMs = fetchedAtMs;
    state.record = datesOf(secret, fetchedAtMs);
    counts.served += 1;
    report(ctx, 'stale', ref, state.failure?.code);
    return secret;
  }

  async function apply(
    pending: Pending,
    answer: Answer,
    startedAtMs: number,
    ctx: CallContext,
  ): Promise<Answer> {
    const { identity, state } = pending;
    if (!isKept(identity)) return answer;
    if (isSecretError(answer)) return failed(pending, answer, ctx);
    state.failures = 0;
    state.failure = undefined;
    state.cooldownUntil = Number.NEGATIVE_INFINITY;
    if (!answer || hasExpired(answer, wallMs())) await forget(state);
    else keep(pending, answer, fetchedAt(answer) ?? startedAtMs);
    return answer;
  }

  async function failed(pending: Pending, error: SecretError, ctx: CallContext): Promise<Answer> {
    const { state, mayBeServed } = pending;
    if (isDenial(error)) await forget(state);
    if (!errorRules[error.code].staleAllowed) return error;
    state.failure = { code: error.code, at: new Date(wallMs()) };
    if (!mayBeServed) return error;
    const secret = await serve(pending, ctx);
    if (!secret) return error;
    const growingMs = Math.min(firstCooldownMs * 2 ** Math.min(state.failures, 10), maxCooldownMs);
    state.failures += 1;
    state.cooldownUntil =
      monotonicMs() + Math.min(Math.max(error.retryAfterMs ?? 0, growingMs), maxRetryAfterMs);
    return secret;
  }

  /** Keeps a value in the background: the read does not wait for a disk. */
  function keep({ identity, state, epoch }: Pending, secret: Secret, fetchedAtMs: number): void {
    if (state.epoch !== epoch || fetchedAtMs < state.newestMs) return;
    if (secret.staleSince || isLocal(secret) || lateWrites.mayChange(identity, monotonicMs())) return;
    state.newestMs = fetchedAtMs;
    state.record = datesOf(secret, fetchedAtMs);
    void records.store(state, secret, fetchedAtMs).then((isStored) => {
      if (isStored) counts.stored += 1;
      else if (state.newestMs === fetchedAtMs) state.record = undefined;
    });
  }

  async function forget(state: SecretState): Promise<void> {
    outdate(state, wallMs());
    await records.remove(state, true);
  }

  async function callBackend(pending: readonly Pending[], ctx: CallContext): Promise<readonly Answer[]> {
    const refs = pending.map(({ ref }) => ref);
    const inPlace = (error: unknown, ref: SecretRef): Answer => {
      throwIfAborted(ctx.signal);
      return withFields(toSecretError(error, { provider: next.name }), { ref });
    };
    if (next.getMany && refs.length > 1) {
      return next.getMany(refs, ctx).catch((error: unknown) => refs.map((ref) => inPlace(error, ref)));
    }
    return Promise.all(refs.map((ref) => next.get(ref, ctx).catch((error: unknown) => inPlace(error, ref))));
  }

  return {
    async read(requested, ctx) {
      throwIfAborted(ctx.signal);
      const pending = requested.map((each) => begin(each, ctx));
      const answers: Answer[] = await Promise.all(
        pending.map(async (each) => {
          const isCooling = each.mayBeServed && monotonicMs() < each.state.cooldownUntil;
          return isCooling ? serve(each, ctx) : undefined;
        }),
      );
      const open = pending.flatMap((each, at) => (answers[at] === undefined ? [{ each, at }] : []));
      if (open.length === 0) return answers;
      const startedAtMs = wallMs();
      const received = await callBackend(
        open.map(({ each }) => each),
        ctx,
      );
      await Promise.all(
        open.map(async ({ each, at }, i) => {
          answers[at] = await apply(each, received[i], startedAtMs, ctx);
        }),
      );
      return answers;
    },
  };
}

/** A record is of a name: a version of it may be a stage, which a write moves. */
function isKept({ ref }: Requested['identity']): boolean {
  return ref.version === undefined;
}

function datesOf({ expiresAt, version }: Secret, fetchedAtMs: number) {
  return { fetchedAtMs, expiresAtMs: expiresAt?.getTime(), version };
}

import { fetchedAt, isLocal } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  errorRules,
  hasExpired,
  isSecretError,
  remainingMs,
  type Secret,
  SecretError,
  type SecretProvider,
  type SecretRef,
  throwIfAborted,
  toSecretError,
  withFields,
} from '@secretkit/core/provider';
import type { Requested } from '../cache/identity.js';
import type { LateWrites } from '../cache/late-writes.js';
import type { Clocks } from '../shared/clocks.js';
import { wait } from '../shared/wait.js';
import { factsOf, judge, storedMs } from './judge.js';
import type { SharedCacheSettings } from './options.js';
import { renewing } from './renewing.js';
import { type Counts, type Outcome, report } from './report.js';
import type { SecretState, SecretStates } from './secret-state.js';
import {
  type FoundRecord,
  leaseMs,
  maxCooldownMs,
  type OtherLease,
  type SharedRecords,
  sharedCodes,
} from './shared-records.js';

/** A read of one secret on its way. */
interface Pending extends Requested {
  readonly state: SecretState;
  /** Whether the answer must be read after this read began. */
  readonly isFresh: boolean;
  readonly epoch: number;
  /** The tokens of records that are no answer. */
  readonly ignored: Set<string>;
  /** A value to serve if the read fails. */
  fallback: Secret | undefined;
  hasNoted: boolean;
}

/** What a read does next: it has its answer; reads the secret, with a lease or around the shared cache; or waits. */
type Step =
  | { readonly answer: Answer }
  | { readonly lease: string | undefined }
  | { readonly other: OtherLease };

const cooldownMs = 2_000;
const firstPollMs = 100;
const maxPollMs = 2_000;
const maxFound = 4; // records that are no answer, one after another

export interface Reads {
  /** Returns one answer for each, in order. @throws The signal's reason; nothing else. */
  read(requested: readonly Requested[], ctx: CallContext): Promise<readonly Answer[]>;
  /** Whether this process reads around the shared cache now. */
  isAround(): boolean;
}

export function createReads(
  next: SecretProvider,
  records: SharedRecords,
  states: SecretStates,
  lateWrites: LateWrites,
  settings: SharedCacheSettings,
  { wallMs, monotonicMs }: Clocks,
  counts: Counts,
): Reads {
  const { denialTtlMs, waitMs, random } = settings;
  let aroundUntil = Number.NEGATIVE_INFINITY; // this process has no credentials: it must not profit from those of others

  function begin({ identity, ref }: Requested, ctx: CallContext): Pending {
    const state = states.of(identity);
    return {
      identity,
      ref,
      state,
      isFresh: ctx.fresh === true || state.mustBeFresh || lateWrites.mayChange(identity, monotonicMs()),
      epoch: state.epoch,
      ignored: new Set(),
      fallback: undefined,
      hasNoted: false,
    };
  }

  async function firstStep(pending: Pending, ctx: CallContext): Promise<Step> {
    if (pending.identity.ref.version !== undefined || monotonicMs() < aroundUntil)
      return { lease: undefined };
    if (!pending.isFresh) {
      const found = await records.find(pending.state, ctx);
      if (found === 'absent') return { lease: undefined };
      const step = found === 'none' ? undefined : accept(pending, found, ctx);
      if (step) return step;
    }
    counts.misses += 1;
    return contend(pending, ctx);
  }

  /** Returns the answer of a record, if it is one. */
  function accept(pending: Pending, { token, opened }: FoundRecord, ctx: CallContext): Step | undefined {
    const { state, isFresh } = pending;
    const judged = opened
      ? judge(
          opened,
          wallMs(),
          { newestMs: state.newestMs, maxAgeMs: isFresh ? undefined : ctx.maxAgeMs },
          settings,
        )
      : { is: 'miss' as const };
    if (judged.is === 'hit') {
      seen(pending, judged.fetchedAtMs);
      state.shared = factsOf(judged.answer, judged.fetchedAtMs, settings);
      tell(pending, 'hit', ctx);
      return { answer: judged.answer };
    }
    pending.ignored.add(token);
    if (judged.is === 'stale') pending.fallback = judged.secret;
    else state.shared = undefined;
    if (opened === undefined) counts.unreadable += 1;
    return undefined;
  }

  /** Takes the lease, or finds a record that somebody has stored meanwhile. */
  async function contend(pending: Pending, ctx: CallContext): Promise<Step> {
    const { state, ignored } = pending;
    let ignoresAny = false;
    for (let found = 0; found <= maxFound; found += 1) {
      const isFirst = pending.isFresh && !pending.hasNoted;
      const attempt = await records.take(state, isFirst || ignoresAny ? ['*'] : ignored, ctx);
      if (attempt === 'absent') return { lease: undefined };
      if ('taken' in attempt) return { lease: attempt.taken };
      if ('lease' in attempt) {
        const { lease } = attempt;
        if (isFirst) for (const token of [lease.token, lease.recordToken]) ignored.add(token);
        pending.hasNoted = true;
        return lease.is === 'direct' ? { lease: undefined } : { other: lease };
      }
      ignoresAny = ignored.has(attempt.found.token) || found + 1 === maxFound; // another program has written it
      const step = accept(pending, attempt.found, ctx);
      if (step) return step;
    }
    return { lease: undefined };
  }

  /** Waits until another process has stored the secret, or its lease ends. */
  async function waitForOther(pending: Pending, first: OtherLease, ctx: CallContext): Promise<Answer> {
    counts.waits += 1;
    const { state, ref } = pending;
    const until = monotonicMs() + Math.min(waitMs, remainingMs(ctx, monotonicMs));
    let lease = first;
    for (let pollMs = firstPollMs; ; pollMs = Math.min(maxPollMs, pollMs * 2)) {
      const leftMs = until - monotonicMs();
      const { code } = lease;
      if (code !== undefined) {
        state.failure = { code, at: new Date(wallMs()) };
        state.cooldownUntilMs = wallMs() + lease.leftMs;
        const isOver = ctx.maxAttempts === 1 || lease.leftMs >= leftMs;
        if (isOver || pending.fallback) return failed(pending, fleetFailure(code, lease.leftMs, ref), ctx);
      }
      const delayMs = pollMs * (0.5 + random());
      await wait(Math.max(0, Math.min(delayMs, leftMs)), ctx);
      if (delayMs >= leftMs) return failed(pending, fleetFailure(code ?? 'timeout', lease.leftMs, ref), ctx);
      const step = await contend(pending, ctx);
      if ('answer' in step) return step.answer;
      if ('lease' in step) return (await fetchAll([{ pending, lease: step.lease }], ctx))[0];
      lease = step.other;
    }
  }

  /** Reads the secrets in one call, and shares those that it has the lease of. */
  async function fetchAll(
    requests: readonly { readonly pending: Pending; readonly lease: string | undefined }[],
    ctx: CallContext,
  ): Promise<readonly Answer[]> {
    if (requests.length === 0) return [];
    const held = requests.flatMap(({ pending: { state }, lease }) =>
      lease === undefined ? [] : [{ state, lease }],
    );
    const startedAtMs = wallMs();
    const until = monotonicMs() + Math.min(waitMs, remainingMs(ctx, monotonicMs));
    const stop = renewing(held, records, () => monotonicMs() < until, ctx);
    let answers: readonly Answer[];
    try {
      answers = await callBackend(
        requests.map(({ pending }) => pending),
        ctx,
      );
    } catch (error) {
      await Promise.all(held.map(({ state, lease }) => records.release(state, lease)));
      throw error;
    } finally {
      stop();
    }
    return Promise.all(
      requests.map(({ pending, lease }, at) => apply(pending, lease, answers[at], startedAtMs, ctx)),
    );
  }

  async function callBackend(pending: readonly Pending[], ctx: CallContext): Promise<readonly Answer[]> {
    counts.reads += 1;
    const refs = pending.map(({ ref }) => ref);
    const inward = pending.some(({ isFresh }) => isFresh) ? { ...ctx, fresh: true } : ctx;
    const inPlace = (error: unknown, ref: SecretRef): Answer => {
      throwIfAborted(ctx.signal);
      return withFields(toSecretError(error, { provider: next.name }), { ref });
    };
    if (next.getMany && refs.length > 1) {
      return next.getMany(refs, inward).catch((error: unknown) => refs.map((ref) => inPlace(error, ref)));
    }
    return Promise.all(
      refs.map((ref) => next.get(ref, inward).catch((error: unknown) => inPlace(error, ref))),
    );
  }

  async function apply(
    pending: Pending,
    lease: string | undefined,
    answer: Answer,
    startedAtMs: number,
    ctx: CallContext,
  ): Promise<Answer> {
    if (isSecretError(answer)) {
      await shareFailure(pending, lease, answer);
      return failed(pending, answer, ctx);
    }
    const fetchedAtMs = (answer && fetchedAt(answer)) ?? startedAtMs;
    seen(pending, fetchedAtMs);
    tell(pending, 'miss', ctx);
    if (lease !== undefined) await share(pending, lease, answer, fetchedAtMs);
    return answer;
  }

  async function share(
    { identity, state, epoch }: Pending,
    lease: string,
    secret: Secret | undefined,
    fetchedAtMs: number,
  ) {
    const content = { secret, fetchedAt: new Date(fetchedAtMs) };
    const mayBeOld = state.epoch !== epoch || lateWrites.mayChange(identity, monotonicMs()); // from before a write
    if (mayBeOld || secret?.staleSince) return records.release(state, lease);
    if (secret && isLocal(secret)) return records.leave(state, lease, 'direct', settings.ttlMs);
    const forMs = secret ? storedMs(secret, fetchedAtMs, wallMs(), settings) : settings.negativeTtlMs;
    if (forMs < 1) return secret ? records.leave(state, lease, 'direct', leaseMs) : records.evict(state);
    const isStored = await records.store(state, lease, content, forMs).catch(() => undefined); // it does not fit a record
    if (isStored === true) {
      counts.stores += 1;
      state.shared = factsOf(secret, fetchedAtMs, settings);
    }
    if (isStored === undefined) await records.leave(state, lease, 'direct', leaseMs);
    return undefined;
  }

  async function shareFailure(
    { state }: Pending,
    lease: string | undefined,
    error: SecretError,
  ): Promise<void> {
    const { code, retryAfterMs } = error;
    state.failure = { code, at: new Date(wallMs()) };
    if (code === 'unauthenticated') aroundUntil = monotonicMs() + denialTtlMs;
    if (code === 'permission_denied') {
      state.shared = undefined;
      return records.evict(state);
    }
    if (lease === undefined) return undefined;
    if (!sharedCodes.some((each) => each === code)) return records.release(state, lease);
    const forMs = Math.min(retryAfterMs || cooldownMs, maxCooldownMs);
    state.cooldownUntilMs = wallMs() + forMs;
    return records.leave(state, lease, code, forMs);
  }

  /** Returns what a failed read gets: a value that is stale, where its code allows it, else the failure. */
  function failed({ fallback, isFresh, ref }: Pending, error: SecretError, ctx: CallContext): Answer {
    if (!fallback || isFresh || !errorRules[error.code].staleAllowed) return error;
    if (hasExpired(fallback, wallMs())) return error; // while the read waited
    counts.stale += 1;
    report(ctx, 'stale', ref, error.code);
    return fallback;
  }

  function seen({ state, epoch }: Pending, fetchedAtMs: number): void {
    state.newestMs = Math.max(state.newestMs, fetchedAtMs);
    state.failure = undefined;
    state.cooldownUntilMs = Number.NEGATIVE_INFINITY;
    if (state.epoch === epoch) state.mustBeFresh = false;
  }

  function tell({ ref }: Pending, outcome: Outcome, ctx: CallContext): void {
    if (outcome === 'hit') counts.hits += 1;
    report(ctx, outcome, ref);
  }

  return {
    isAround: () => monotonicMs() < aroundUntil,
    async read(requested, ctx) {
      throwIfAborted(ctx.signal);
      const pending = requested.map((each) => begin(each, ctx));
      const steps = await Promise.all(pending.map((each) => firstStep(each, ctx)));
      const toFetch = steps.flatMap((step, at) =>
        'lease' in step ? [{ at, pending: pending[at] as Pending, lease: step.lease }] : [],
      ); // an index of `pending`
      const answers: Answer[] = steps.map((step) => ('answer' in step ? step.answer : undefined));
      await Promise.all([
        fetchAll(toFetch, ctx).then((fetched) => {
          for (const [i, { at }] of toFetch.entries()) answers[at] = fetched[i];
        }),
        ...steps.map(async (step, at) => {
          if ('other' in step) answers[at] = await waitForOther(pending[at] as Pending, step.other, ctx);
        }),
      ]);
      return answers;
    },
  };
}

function fleetFailure(code: SecretError['code'], leftMs: number, ref: SecretRef): SecretError {
  const problem =
    code === 'timeout'
      ? 'another process reads the secret for all, and has not stored it in time. Raise waitMs or the deadline if the store is slow.'
      : `another process read the secret for all and failed, so no process asks for another ${leftMs} ms.`;
  return new SecretError(code, problem, {
    provider: 'sharedCache',
    operation: 'get',
    ref,
    ...(code !== 'timeout' && { retryAfterMs: leftMs }),
  });
}

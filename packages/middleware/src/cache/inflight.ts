import { checkAnswer, checkAnswers } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  hasExpired,
  type InvalidateTarget,
  isSecret,
  isSecretError,
  type SecretError,
  type SecretProvider,
  toSecretError,
  withFields,
} from '@secretkit/core/provider';
import { BackendCall, type CallTerms, type InflightRequest, type Starter } from './backend-call.js';
import type { CacheClock, Now } from './clock.js';
import type { CallTiming } from './entries.js';
import type { Events } from './events.js';
import { covers, type Requested } from './identity.js';
import { isDenial } from './negative-entries.js';
import type { CacheSettings } from './options.js';
import { stamp } from './stamp.js';
import { versionIndex } from './version-index.js';

/** The answer to one request that is not detached. */
export interface CallResult extends Requested {
  readonly answer: Answer;
  readonly timing: CallTiming;
  readonly now: Now;
}

/**
 * The in-flight requests that readers may join, so that concurrent reads of a secret are one call (single-flight, request
 * coalescing).
 *
 * A detached request still answers the readers that it has, but nobody can join it and its answer is not stored. A fresh
 * read may start a second request for a secret: plain reads join the latest one, and the answer of an earlier request is
 * stored only until a later request has an answer.
 */
export interface Inflight {
  /** Returns the request to join, which is at least as strict; none without `coalesce`. */
  find(key: string, terms: CallTerms): InflightRequest | undefined;
  /** Makes one backend call, and returns a request for each secret. */
  start(
    requested: readonly Requested[],
    ctx: CallTerms & Pick<CallContext, 'maxAttempts'>,
    starter: Starter,
  ): readonly InflightRequest[];
  /** Detaches the requests of one secret. Returns their calls. */
  detach(key: string): readonly BackendCall[];
  /** Detaches the requests of all versions of a name. */
  detachVersions(nameKey: string): void;
  detachCovered(target: InvalidateTarget | undefined): void;
  /** The number of backend calls without an answer. */
  readonly size: number;
  /** Aborts every call, also those of detached requests. */
  abortAll(reason: SecretError): void;
}

/** @param onResult - Called with the answer of each request that is not detached. */
export function createInflight(
  next: SecretProvider,
  { random, coalesce }: Pick<CacheSettings, 'random' | 'coalesce'>,
  { clock, events }: { readonly clock: CacheClock; readonly events: Events },
  onResult: (result: CallResult) => void,
): Inflight {
  const requests = new Map<string, InflightRequest[]>(); // the latest is the last
  const versions = versionIndex();
  const calls = new Set<BackendCall>();

  async function callBackend(requested: readonly Requested[], ctx: CallContext): Promise<readonly Answer[]> {
    const refs = requested.map(({ ref }) => ref);
    const [only] = refs;
    // A middleware further in may answer with anything, too.
    if (next.getMany && refs.length > 1) return checkAnswers(await next.getMany(refs, ctx), refs, next.name);
    if (!only) return [];
    return [checkAnswer(await next.get(only, ctx), { provider: next.name, operation: 'get', ref: only })];
  }

  function settle(request: InflightRequest, { identity, ref }: Requested, received: Answer): Answer {
    const { call } = request;
    calls.delete(call);
    const now = clock.now();
    const answer = isSecret(received) && hasExpired(received, now.wallMs) ? undefined : received; // it may expire on the way
    const attached = remove(request, !isSecretError(answer) || isDenial(answer));
    if (call.signal.aborted) return answer;
    if (isSecretError(answer)) events.emit('failure', identity, answer.code);
    if (attached) onResult({ identity, ref, answer, timing: call, now });
    return isSecret(answer) ? stamp(answer, call.startedAt, now) : answer;
  }

  /** The same; a failure of it is the failure of the request, which must not stay in flight. */
  function settleSafely(request: InflightRequest, requested: Requested, received: () => Answer): Answer {
    try {
      return settle(request, requested, received());
    } catch (error) {
      remove(request, false);
      return failureOf(error, requested);
    }
  }

  /** Returns whether the request was attached. A definitive answer detaches earlier requests too: theirs is older. */
  function remove(request: InflightRequest, definitive: boolean): boolean {
    const { identity } = request;
    const all = requests.get(identity.key) ?? [];
    const at = all.indexOf(request);
    if (at === -1) return false;
    if (definitive && !request.call.signal.aborted) all.splice(0, at + 1);
    else all.splice(at, 1);
    if (all.length === 0) {
      requests.delete(identity.key);
      versions.delete(identity);
    }
    return true;
  }

  function detach(key: string): readonly InflightRequest[] {
    const detached = requests.get(key) ?? [];
    const [first] = detached;
    requests.delete(key);
    if (first) versions.delete(first.identity);
    return detached;
  }

  // The inner provider rejects with a SecretError, or with the abort reason when every reader has left.
  function failureOf(error: unknown, { ref }: Requested): SecretError {
    return withFields(toSecretError(error, { provider: next.name }), { ref });
  }

  return {
    find: (key, terms) =>
      coalesce ? requests.get(key)?.findLast(({ call }) => call.accepts(terms)) : undefined,

    start(requested, ctx, starter) {
      const timing = { startedAt: clock.now().monotonicMs, random: random() };
      const call = new BackendCall(timing, ctx, starter);
      const { signal, background } = call;
      calls.add(call);
      const answers = callBackend(requested, { signal, ...(background && { background }), ...ctx });
      return requested.map((each, at) => {
        const { identity } = each;
        const request: InflightRequest = {
          identity,
          call,
          answer: answers.then(
            (all) => settleSafely(request, each, () => all[at]),
            (error: unknown) => settleSafely(request, each, () => failureOf(error, each)),
          ),
        };
        const others = requests.get(identity.key);
        if (others) others.push(request);
        else requests.set(identity.key, [request]);
        versions.add(identity);
        return request;
      });
    },

    detach: (key) =>
      detach(key)
        .map(({ call }) => call)
        .filter(({ signal }) => !signal.aborted),

    detachVersions(nameKey) {
      for (const key of versions.versionsOf(nameKey)) detach(key);
    },

    detachCovered(target) {
      for (const [key, [first]] of requests) if (first && covers(target, first.identity)) detach(key);
    },

    get size() {
      return calls.size;
    },

    abortAll(reason) {
      for (const call of calls) call.abort(reason);
      for (const key of requests.keys()) detach(key);
    },
  };
}

import { markStale, withFetchedAt } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  type InvalidateTarget,
  refKey,
  type Secret,
  type SecretChange,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';

/** The answer of the backend for one secret: a value (new or the previous one), missing, or a failure. */
export type Outcome =
  | {
      readonly value: 'new' | 'same';
      readonly lifeMs: number | undefined;
      readonly refreshMs?: number | undefined;
      /** Its age, where it comes from a cache further in. */
      readonly ageMs?: number | undefined;
      /** How long it has been stale there, and how long that cache would serve it. */
      readonly stale?: { readonly forMs: number; readonly boundMs: number | undefined } | undefined;
    }
  | { readonly code: SecretErrorCode; readonly retryAfterMs: number | undefined }
  | 'missing';

/** A read that is pending in the backend. */
export interface HeldRead {
  readonly keys: readonly string[];
  readonly ctx: CallContext;
  /** @param whole - Whether a failure rejects the whole call; else it is the answer for its ref alone. */
  settle(answers: readonly Answer[], whole: boolean): void;
}

/** A write that is pending in the backend. */
export interface HeldWrite {
  readonly key: string;
  settle(failure: SecretErrorCode | undefined): void;
}

/** A backend whose calls are pending until the test settles them, and whose values are all different. */
export interface InterleavedBackend {
  readonly provider: SecretProvider & Required<Pick<SecretProvider, 'getMany' | 'set' | 'delete'>>;
  readonly reads: readonly HeldRead[];
  readonly writes: HeldWrite[];
  answerOf(key: string, outcome: Outcome): Answer;
  /** Reports a change, or that values may have changed, to the cache around it. */
  report(change: SecretChange | { readonly invalidate: InvalidateTarget | undefined }): void;
}

export function interleavedBackend(now: () => number): InterleavedBackend {
  const reads: HeldRead[] = [];
  const writes: HeldWrite[] = [];
  const texts = new Map<string, string>();
  const listeners = new Set<(change: SecretChange) => void>();
  let issued = 0;

  function read(requested: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]> {
    return new Promise((resolve, reject) => {
      reads.push({
        keys: requested.map(refKey),
        ctx,
        settle(answers, whole) {
          const failure = answers.find((answer) => answer instanceof SecretError);
          if (failure && (whole || requested.length === 1)) reject(failure);
          else resolve(answers);
        },
      });
      ctx.signal?.addEventListener('abort', () => reject(ctx.signal?.reason));
    });
  }

  function write(ref: SecretRef): Promise<void> {
    return new Promise((resolve, reject) => {
      writes.push({
        key: refKey(ref),
        settle: (code) => (code ? reject(new SecretError(code, 'as scripted.')) : resolve()),
      });
    });
  }

  return {
    reads,
    writes,
    provider: {
      name: 'held',
      get: async (ref, ctx) => (await read([ref], ctx))[0] as Secret | undefined, // failures reject
      getMany: read,
      set: write,
      delete: write,
      listVersions: async () => [],
      memory: {
        cached: () => (touch) => (touch ? undefined : { secret: seal('of the backend') }),
        subscribe(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    },
    report(change) {
      for (const listener of listeners) listener(change as SecretChange); // a cache knows both forms
    },
    answerOf(key, outcome) {
      if (outcome === 'missing') return undefined;
      if ('code' in outcome) {
        const { code, retryAfterMs } = outcome;
        return new SecretError(code, 'as scripted.', { retryAfterMs });
      }
      const { value, lifeMs, refreshMs, ageMs, stale } = outcome;
      const previous = texts.get(key);
      issued += 1;
      const text = value === 'same' && previous ? previous : `${key}#${issued}`;
      texts.set(key, text);
      const after = (ms: number | undefined) => (ms === undefined ? undefined : new Date(now() + ms));
      const secret = seal(text, { expiresAt: after(lifeMs), refreshAt: after(refreshMs) });
      const aged = ageMs === undefined ? secret : withFetchedAt(secret, now() - ageMs);
      if (!stale) return aged;
      return markStale(aged, new Date(now() - stale.forMs), after(stale.boundMs)?.getTime());
    },
  };
}

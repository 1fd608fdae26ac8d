import {
  type Answer,
  type CallContext,
  refKey,
  type Secret,
  SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';

/** What the backend has to say of one secret: a value, new or the one before, a miss, or a failure. */
export type Outcome =
  | { readonly value: 'new' | 'same'; readonly lifeMs: number | undefined }
  | { readonly code: SecretErrorCode; readonly retryAfterMs: number | undefined }
  | 'missing';

/** A read that the backend holds. */
export interface HeldRead {
  readonly keys: readonly string[];
  readonly ctx: CallContext;
  /** @param whole - Does it fail as a whole? Else failures stand in their places. */
  settle(answers: readonly Answer[], whole: boolean): void;
}

/** A write that the backend holds. */
export interface HeldWrite {
  readonly key: string;
  settle(fails: boolean): void;
}

/** A backend that holds every call, and gives each value a text of its own. */
export interface InterleavedBackend {
  readonly provider: SecretProvider & Required<Pick<SecretProvider, 'getMany' | 'set' | 'delete'>>;
  readonly reads: readonly HeldRead[];
  readonly writes: HeldWrite[];
  answerOf(key: string, outcome: Outcome): Answer;
}

export function interleavedBackend(now: () => number): InterleavedBackend {
  const reads: HeldRead[] = [];
  const writes: HeldWrite[] = [];
  const texts = new Map<string, string>();
  let given = 0;

  function read(asked: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]> {
    return new Promise((resolve, reject) => {
      reads.push({
        keys: asked.map(refKey),
        ctx,
        settle(answers, whole) {
          const failure = answers.find((answer) => answer instanceof SecretError);
          if (failure && (whole || asked.length === 1)) reject(failure);
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
        settle: (fails) => (fails ? reject(new SecretError('timeout', 'as scripted.')) : resolve()),
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
      peek: () => seal('further in'),
    },
    answerOf(key, outcome) {
      if (outcome === 'missing') return undefined;
      if ('code' in outcome) {
        const { code, retryAfterMs } = outcome;
        return new SecretError(code, 'as scripted.', { retryAfterMs });
      }
      const { value, lifeMs } = outcome;
      const before = texts.get(key);
      given += 1;
      const text = value === 'same' && before ? before : `${key}#${given}`;
      texts.set(key, text);
      return seal(text, { expiresAt: lifeMs === undefined ? undefined : new Date(now() + lifeMs) });
    },
  };
}

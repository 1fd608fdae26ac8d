import { notify, readMany } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  errorRules,
  hasExpired,
  isSecret,
  isSecretError,
  type Secret,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { type RecordedAnswer, recordAnswers } from './answers.js';
import type { FallbackOptions } from './options.js';

/** Reads from several providers, one after another. */
export interface FallbackReads {
  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined>;
  getMany(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]>;
  /** How often a failure fell through. */
  readonly fallThroughs: number;
}

/** @param providers - Each of them under a `guard`. */
export function fallbackReads(
  providers: readonly SecretProvider[],
  { fallThroughOn = [], onFallThrough, now = () => Date.now() }: FallbackOptions,
): FallbackReads {
  const onRequest = new Set<SecretErrorCode>(fallThroughOn);
  const fallsThrough = (code: SecretErrorCode): boolean =>
    errorRules[code].staleAllowed || onRequest.has(code);
  let fallThroughs = 0;

  /** Reports a failure that falls through. A failure of the last provider does not. */
  function report(
    at: number,
    operation: 'get' | 'getMany',
    code: SecretErrorCode,
    refs: readonly SecretRef[],
  ): void {
    const [failed, next] = providers.slice(at);
    if (!failed || !next || !fallsThrough(code)) return;
    fallThroughs += 1;
    const event = { provider: failed.name, operation, refs, scope: refs[0]?.scope, code, next: next.name };
    notify(onFallThrough, event);
  }

  /** Reads a batch from one provider after another; each is called once, for the refs that are still open. */
  async function readOnce(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly RecordedAnswer[]> {
    const entries = refs.map((ref): RecordedAnswer => ({ ref, answer: undefined, at: 0 }));
    let open: readonly RecordedAnswer[] = entries;
    for (const [at, provider] of providers.entries()) {
      const requested = open.map(({ ref }) => ref);
      const answers = await readMany(provider, requested, ctx, now);
      for (const [code, failed] of failuresIn(answers, requested)) report(at, 'getMany', code, failed);
      open = recordAnswers(open, answers, now(), fallsThrough);
      if (open.length === 0) break;
    }
    return entries;
  }

  return {
    get fallThroughs() {
      return fallThroughs;
    },

    async get(ref, ctx) {
      let firstFailure: unknown;
      for (const [at, provider] of providers.entries()) {
        try {
          const secret = await provider.get(ref, ctx);
          if (secret) return secret;
        } catch (error) {
          if (ctx.signal?.aborted || !isSecretError(error)) throw error; // the caller's own abort
          firstFailure ??= error;
          report(at, 'get', error.code, [ref]);
          if (!fallsThrough(error.code)) break;
        }
      }
      if (firstFailure !== undefined) throw firstFailure;
      return undefined;
    },

    async getMany(refs, ctx) {
      const entries = await readOnce(refs, ctx);
      for (;;) {
        const end = now();
        // A value that had expired when it arrived is left to its provider, which may have another clock.
        const expired = entries.filter(({ answer, at }) => isSecret(answer) && hasExpired(answer, end, at));
        if (expired.length === 0) return entries.map(({ answer }) => answer);
        const again = await readOnce(
          expired.map(({ ref }) => ref),
          ctx,
        );
        for (const [i, entry] of expired.entries()) Object.assign(entry, again[i]);
      }
    },
  };
}

/** Returns the refs that failed, by code. */
function failuresIn(
  answers: readonly Answer[],
  refs: readonly SecretRef[],
): ReadonlyMap<SecretErrorCode, readonly SecretRef[]> {
  const codes = new Set(answers.filter((answer) => isSecretError(answer)).map(({ code }) => code));
  return new Map([...codes].map((code) => [code, refs.filter((_, at) => isSecretError(answers[at], code))]));
}

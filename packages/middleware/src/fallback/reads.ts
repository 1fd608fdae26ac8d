import { notify, readMany } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  errorRules,
  hasExpired,
  isSecret,
  isSecretError,
  refKey,
  type Secret,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { LRUCache } from 'lru-cache';
import { type RecordedAnswer, recordAnswers } from './answers.js';
import type { FallbackOptions, FallThrough } from './options.js';
import { askedFor, hasVersions } from './versions.js';

/** Reads from several providers, one after another. */
export interface FallbackReads {
  get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined>;
  getMany(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]>;
  /** Returns the versions in the first provider that has any. */
  readonly listVersions: NonNullable<SecretProvider['listVersions']>;
  /** Returns the provider that answered a read of this ref last, if it is one of the last thousand. */
  lastBackend(ref: SecretRef): SecretProvider | undefined;
  /** How often a failure fell through. */
  readonly fallThroughs: number;
}

const maxLastBackends = 1_000;

/** @param providers - Each of them under a `guard`. */
export function fallbackReads(
  providers: readonly SecretProvider[],
  { fallThroughOn = [], onFallThrough, now = () => Date.now() }: FallbackOptions,
): FallbackReads {
  const onRequest = new Set<SecretErrorCode>(fallThroughOn);
  const fallsThrough = (code: SecretErrorCode): boolean =>
    errorRules[code].staleAllowed || onRequest.has(code);
  let fallThroughs = 0;
  const lastBackends = new LRUCache<string, SecretProvider>({ max: maxLastBackends });

  /** Reports a failure that falls through. A failure of the last provider does not. */
  function report(
    failed: SecretProvider,
    operation: FallThrough['operation'],
    code: SecretErrorCode,
    refs: readonly SecretRef[],
  ): void {
    if (!fallsThrough(code)) return;
    const nextOf = (ref: SecretRef): SecretProvider | undefined => {
      const asked = askedFor(ref, providers);
      return asked[asked.indexOf(failed) + 1];
    };
    for (const next of new Set(refs.map(nextOf))) {
      if (!next) continue;
      fallThroughs += 1;
      const those = refs.filter((ref) => nextOf(ref) === next);
      const event = { provider: failed.name, operation, refs: those, scope: refs[0]?.scope, code };
      notify(onFallThrough, { ...event, next: next.name });
    }
  }

  /** Calls one provider after another until an answer is found. */
  async function firstFound<T>(
    operation: 'get' | 'listVersions',
    ref: SecretRef,
    { signal }: CallContext,
    asked: readonly SecretProvider[],
    call: (provider: SecretProvider) => Promise<T | undefined> | undefined,
  ): Promise<T | undefined> {
    let firstFailure: unknown;
    for (const provider of asked) {
      try {
        const found = await call(provider);
        if (found !== undefined) {
          if (operation === 'get') lastBackends.set(refKey(ref), provider);
          return found;
        }
      } catch (error) {
        if (signal?.aborted || !isSecretError(error)) throw error; // the caller's own abort
        firstFailure ??= error;
        report(provider, operation, error.code, [ref]);
        if (!fallsThrough(error.code)) break;
      }
    }
    if (firstFailure !== undefined) throw firstFailure;
    return undefined;
  }

  /** Reads a batch from one provider after another; each is called once, for the refs that are still open. */
  async function readOnce(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly RecordedAnswer[]> {
    const entries = refs.map((ref): RecordedAnswer => ({ ref, answer: undefined, at: 0 }));
    let open: readonly RecordedAnswer[] = entries;
    for (const provider of providers) {
      const asked = open.filter(({ ref }) => askedFor(ref, providers).includes(provider));
      if (asked.length === 0) continue;
      const requested = asked.map(({ ref }) => ref);
      const answers = await readMany(provider, requested, ctx, now);
      for (const [code, failed] of failuresIn(answers, requested)) report(provider, 'getMany', code, failed);
      for (const [at, answer] of answers.entries()) {
        const ref = requested[at];
        if (ref && isSecret(answer)) lastBackends.set(refKey(ref), provider);
      }
      const ended = new Set(asked);
      for (const entry of recordAnswers(asked, answers, now(), fallsThrough)) ended.delete(entry);
      open = open.filter((entry) => !ended.has(entry));
    }
    return entries;
  }

  return {
    lastBackend: (ref) => lastBackends.peek(refKey(ref)),

    get fallThroughs() {
      return fallThroughs;
    },

    get: (ref, ctx) =>
      firstFound('get', ref, ctx, askedFor(ref, providers), (provider) => provider.get(ref, ctx)),

    async listVersions(ref, ctx) {
      const asked = providers.filter(hasVersions);
      const found = await firstFound('listVersions', ref, ctx, asked, async (provider) => {
        const versions = await provider.listVersions?.(ref, ctx);
        return versions && versions.length > 0 ? versions : undefined;
      });
      return found ?? [];
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

import { type Call, guard, type Layer, type Layered, notify, readMany } from '@secretkit/core/middleware';
import {
  type Answer,
  type CallContext,
  type Capability,
  checkOptions,
  errorRules,
  isSecretError,
  type ListQuery,
  layersOf,
  refKey,
  type Secret,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { agreedRef } from './agreed-ref.js';
import { argumentsOf, checkDenials } from './arguments.js';
import { type Heard, hasExpiredSince, takeDown } from './heard.js';
import { memoryOf } from './memory.js';
import { unionPage } from './union-page.js';

/** The failures that fall through only if told to: denials, and what has no code. */
export type DenialCode = 'permission_denied' | 'unauthenticated' | 'unknown';

export interface FallbackOptions {
  /**
   * Failures after which the next provider is asked, besides those that say that a provider cannot answer.
   * @defaultValue none: who is denied a secret in one place should not find it in another
   */
  readonly fallThroughOn?: readonly DenialCode[];
  /** Told of each failure after which the next provider is asked. What it throws is ignored. */
  readonly onFallThrough?: (event: FallThrough) => void;
  /**
   * The clock of batches, in epoch milliseconds: a value that expires while others are waited for is asked for again.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
}

/** A failure after which the next provider was asked. */
export interface FallThrough extends Omit<Call, 'failures'> {
  /** Why the provider did not answer. */
  readonly code: SecretErrorCode;
  /** The name of the provider that is asked next. */
  readonly next: string;
}

/** One provider or more. */
export type Providers = readonly [SecretProvider, ...SecretProvider[]];

/**
 * What a fallback over these providers can do: read; in batches if one of them can; list if all of them can. It is
 * written to the provider that is meant.
 */
export type Fallback<P extends readonly SecretProvider[]> = Layered &
  ('getMany' extends KeysOf<P[number]> ? Pick<SecretProvider, 'getMany'> : unknown) &
  (SomeAbsent<P, 'list'> extends true ? unknown : Pick<SecretProvider, 'list'>);

/** The keys of each member of a union. */
type KeysOf<P> = P extends unknown ? keyof P : never;

/** `true` if one of the providers is known to lack it. */
export type SomeAbsent<P extends readonly SecretProvider[], C extends Capability> = true extends {
  [K in keyof P]: C extends KeysOf<P[K]> ? false : true;
}[number]
  ? true
  : false;

/**
 * A provider made of providers: the first that has a secret answers. Options may stand last.
 *
 * The next one is asked for what is missing, and after a failure that says that a provider cannot answer: `unavailable`,
 * `timeout`, `rate_limited`, `quota_exceeded`, `circuit_open`, `invalid_data`. Any other failure ends the search. A secret is
 * missing only if every provider says so; where one failed and none had it, the first failure is the answer. A batch asks
 * each provider once, for what is still open.
 *
 * A list is the union, and there is one only if every provider lists; it fails if one of them fails. A fallback cannot be
 * written to. It closes all its providers.
 *
 * Caches stand inside it: one around it would keep an old value of one provider over a new one of another.
 *
 * @throws `TypeError` for no provider, for what is none, for the same one twice and for wrong options, when it is built.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { memorySecrets } from '@secretkit/memory';
 * import { fallback } from '@secretkit/middleware/fallback';
 *
 * const defaults = memorySecrets({ initial: { 'log-level': 'info' } });
 * const secrets = createSecrets(
 *   fallback(envSecrets(), defaults, { onFallThrough: ({ provider, code }) => console.warn(provider, code) }),
 * );
 * ```
 */
export function fallback<P extends Providers>(...providers: P): Fallback<P>;
export function fallback<P extends Providers>(...providersAndOptions: [...P, FallbackOptions]): Fallback<P>;
export function fallback(...args: readonly unknown[]): Fallback<Providers> {
  const { providers: given, options } = argumentsOf(args);
  checkOptions('fallback', options, ['fallThroughOn', 'onFallThrough', 'now']);
  const { fallThroughOn = [], onFallThrough, now = () => Date.now() } = options;
  checkDenials(fallThroughOn);

  const providers = given.map(guard);
  const canonical = agreedRef(providers);
  const memory = memoryOf(providers);
  const through = new Set<SecretErrorCode>(fallThroughOn);
  const fallsThrough = (code: SecretErrorCode): boolean => errorRules[code].staleAllowed || through.has(code);
  let fallThroughs = 0;

  /** Told of what falls through: of the last provider, nothing does. */
  function tell(
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

  async function get(ref: SecretRef, ctx: CallContext): Promise<Secret | undefined> {
    let firstFailure: unknown;
    for (const [at, provider] of providers.entries()) {
      try {
        const secret = await provider.get(ref, ctx);
        if (secret) return secret;
      } catch (error) {
        if (ctx.signal?.aborted || !isSecretError(error)) throw error; // the caller's own abort
        firstFailure ??= error;
        tell(at, 'get', error.code, [ref]);
        if (!fallsThrough(error.code)) break;
      }
    }
    if (firstFailure !== undefined) throw firstFailure;
    return undefined;
  }

  /** Asks one provider after another, each in one batch for what is still open. */
  async function ask(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly Heard[]> {
    const heard = refs.map((ref): Heard => ({ ref, answer: undefined, at: 0 }));
    let open: readonly Heard[] = heard;
    for (const [at, provider] of providers.entries()) {
      const asked = open.map(({ ref }) => ref);
      const answers = await readMany(provider, asked, ctx, now);
      for (const [code, failed] of failuresIn(answers, asked)) tell(at, 'getMany', code, failed);
      open = takeDown(open, answers, now(), fallsThrough);
      if (open.length === 0) break;
    }
    return heard;
  }

  async function getMany(refs: readonly SecretRef[], ctx: CallContext): Promise<readonly Answer[]> {
    const heard = await ask(refs, ctx);
    for (;;) {
      const end = now();
      const expired = heard.filter((each) => hasExpiredSince(each, end));
      if (expired.length === 0) return heard.map(({ answer }) => answer);
      const again = await ask(
        expired.map(({ ref }) => ref),
        ctx,
      );
      for (const [i, each] of expired.entries()) Object.assign(each, again[i]);
    }
  }

  const layer: Layer = Object.freeze({
    name: 'fallback',
    kind: Symbol.for('secretkit.kind.fallback'),
    options: Object.freeze({ providers: given.map(({ name }) => name), fallThroughOn }),
    snapshot: () => ({ fallThroughs }),
    branches: given.map((provider) => ({ name: provider.name, layers: layersOf(provider) })),
  });

  return Object.freeze({
    name: `fallback(${given.map(({ name }) => name).join(', ')})`,
    layers: [layer],
    get,
    ...(providers.some((each) => each.getMany) && { getMany }),
    ...(providers.every((each) => each.list) && {
      list: (query: ListQuery, ctx: CallContext) =>
        unionPage(providers, (ref) => refKey(canonical?.(ref) ?? ref), query, ctx),
    }),
    ...(canonical && { canonical }),
    ...(memory && { memory }),
    [Symbol.asyncDispose]: () => disposeAll(providers),
  });
}

/** The refs that failed, by code. */
function failuresIn(
  answers: readonly Answer[],
  refs: readonly SecretRef[],
): ReadonlyMap<SecretErrorCode, readonly SecretRef[]> {
  const codes = new Set(answers.filter((answer) => isSecretError(answer)).map(({ code }) => code));
  return new Map([...codes].map((code) => [code, refs.filter((_, at) => isSecretError(answers[at], code))]));
}

// All at once, and each of them whatever becomes of the others.
async function disposeAll(providers: readonly SecretProvider[]): Promise<void> {
  const ends = await Promise.allSettled(providers.map(async (provider) => provider[Symbol.asyncDispose]?.()));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

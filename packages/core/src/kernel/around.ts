import type { Answer, CallContext, SecretProvider } from '../contract/provider.js';
import type { SecretRef, SecretScope } from '../contract/ref.js';
import { isSecretError, type Operation, type SecretErrorCode, withFields } from '../contract/secret-error.js';
import { throwIfAborted } from './abortable.js';
import { toSecretError } from './answers.js';
import { defineMiddleware, type Middleware, type MiddlewareDescription } from './define-middleware.js';
import type { Overrides } from './wrap.js';

/** A call, as a policy sees it: without values. */
export interface Call {
  /** The `name` of the inner provider. */
  readonly provider: string;
  readonly operation: Operation;
  /** The refs that are read or written; none for a list. They share one scope. */
  readonly refs: readonly SecretRef[];
  /** The scope of the refs or of the list; `undefined` for the default scope. */
  readonly scope: SecretScope | undefined;
  /** For a batch: the codes of the refs that have failed so far; empty before there is an answer. */
  readonly failures?: () => readonly SecretErrorCode[];
}

/**
 * Decides when, how often and in which context a call runs. It is generic in the answer, so it cannot read a value; it
 * must resolve with the result of a `run`.
 */
export type Policy = <T>(run: (ctx: CallContext) => Promise<T>, ctx: CallContext, call: Call) => Promise<T>;

/**
 * Defines a middleware that runs every call under a policy and cannot see a value, such as a retry, a timeout or a breaker.
 * A batch that fails in part is merged: `run` rejects with its first retryable failure, the next `run` asks only for the
 * refs that failed so, and when the policy gives up, the answers are returned with a `SecretError` in each open place.
 * @throws `TypeError` when the wrapped thing is not a provider.
 * @example
 * ```ts
 * import { around } from '@secretkit/core/middleware';
 *
 * const logged = around({
 *   name: 'logged',
 *   policy: (run, ctx, call) => {
 *     console.log(`${call.operation} on ${call.provider}`);
 *     return run(ctx);
 *   },
 * });
 * ```
 */
export function around({
  policy,
  snapshot,
  ...description
}: MiddlewareDescription & {
  readonly policy: Policy;
  /** Returns its state by name, for `layersOf`. @defaultValue none */
  readonly snapshot?: (() => Readonly<Record<string, unknown>>) | undefined;
}): Middleware {
  if (typeof policy !== 'function')
    throw new TypeError('around: policy must be a function: { name, policy }.');
  const build = (next: SecretProvider): Overrides => {
    const { get, getMany, list, set, compareAndSet, delete: remove, listVersions } = next; // bound
    const callOf = (operation: Operation, refs: readonly SecretRef[], scope = refs[0]?.scope): Call => {
      return { provider: next.name, operation, refs: Object.freeze([...refs]), scope }; // hooks see the refs
    };
    return {
      get: (ref, ctx) => policy((inner) => get(ref, inner), ctx, callOf('get', [ref])),
      getMany: getMany && ((refs, ctx) => mergedBatch(policy, getMany, ctx, callOf('getMany', refs))),
      list:
        list && ((query, ctx) => policy((inner) => list(query, inner), ctx, callOf('list', [], query.scope))),
      set:
        set && ((ref, secret, ctx) => policy((inner) => set(ref, secret, inner), ctx, callOf('set', [ref]))),
      compareAndSet:
        compareAndSet &&
        ((ref, secret, expected, ctx) => {
          const write = (inner: CallContext) => compareAndSet(ref, secret, expected, inner);
          return policy(write, ctx, callOf('compareAndSet', [ref]));
        }),
      listVersions:
        listVersions &&
        ((ref, ctx) => policy((inner) => listVersions(ref, inner), ctx, callOf('listVersions', [ref]))),
      delete: remove && ((ref, ctx) => policy((inner) => remove(ref, inner), ctx, callOf('delete', [ref]))),
      snapshot,
    };
  };
  return defineMiddleware({ ...description, build });
}

type GetMany = NonNullable<SecretProvider['getMany']>;

/** Runs a batch under a policy. Each attempt reads the refs without an answer; the answers are kept. */
async function mergedBatch(policy: Policy, getMany: GetMany, ctx: CallContext, call: Call) {
  const { refs } = call;
  const answers: Answer[] = refs.map(() => undefined);
  const open = new Set(refs.keys());
  let hasAnswers = false;
  let rejectedWith: unknown; // the last rejection of `run`: it is in the answers already

  // Rejects with the first retryable failure in the batch, else resolves with all answers.
  const run = async (inner: CallContext): Promise<readonly Answer[]> => {
    const indexes = [...open];
    const openRefs = indexes.map((at) => refs[at] as SecretRef); // `open` holds indexes of refs
    const answersNow = await getMany(openRefs, inner);
    hasAnswers = true;
    for (const [i, at] of indexes.entries()) {
      if (!open.has(at)) continue; // a concurrent run has its answer
      const answer = answersNow[i];
      answers[at] = answer;
      if (!isSecretError(answer) || !answer.retryable) open.delete(at);
    }
    const [first] = open;
    if (first === undefined) return [...answers];
    rejectedWith = answers[first];
    throw rejectedWith;
  };
  const failures = (): readonly SecretErrorCode[] =>
    answers.filter((answer) => isSecretError(answer)).map(({ code }) => code);

  try {
    return await policy(run, ctx, { ...call, failures });
  } catch (error) {
    throwIfAborted(ctx.signal);
    if (!hasAnswers) throw error;
    if (error === rejectedWith) return [...answers];
    // A later attempt failed as a whole, or the policy refused to make one.
    const failure = toSecretError(error, { operation: 'getMany' });
    for (const at of open) answers[at] = withFields(failure, { ref: refs[at] });
    return [...answers];
  }
}

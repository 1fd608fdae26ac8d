import { defineMiddleware } from './define-middleware.js';
import type { SecretErrorCode } from './error-codes.js';
import { mergedBatch } from './merged-batch.js';
import type { Middleware } from './middleware.js';
import type { CallContext, Operation } from './provider.js';
import type { SecretRef, SecretScope } from './ref.js';

/** What is being asked, for a policy that decides or reports by it. */
export interface Call {
  /** The name of the provider inside. */
  readonly provider: string;
  /** What is asked of it. */
  readonly operation: Operation;
  /** The refs asked for; none for a list. They share one scope. */
  readonly refs: readonly SecretRef[];
  /** Whose secrets they are; `undefined` for the default scope. */
  readonly scope: SecretScope | undefined;
  /**
   * The codes of the refs of a batch that have failed so far, whether or not they made `run` reject; empty before there is
   * an answer. Absent where the call is no batch.
   */
  readonly failures?: () => readonly SecretErrorCode[];
}

/**
 * Decides how a call is run: when, how often, under which context. It is generic in the answer, so it cannot look at
 * a value; it must resolve with what a `run` resolved with.
 */
export type Policy = <T>(run: (ctx: CallContext) => Promise<T>, ctx: CallContext, call: Call) => Promise<T>;

/**
 * A middleware that runs every call under a policy and cannot see a value, such as a retry, a time-out or a breaker.
 *
 * A batch that fails in part is merged: `run` rejects with the first retryable failure left in it, the next `run` asks
 * only for the refs that failed so, and when the policy gives up, the answers already there are returned with a
 * `SecretError` in each remaining place.
 *
 * @param name - The middleware in one word, for `provider.name` and `layersOf`.
 * @param options - What it was configured with, as `layersOf` shows it. Never a secret.
 * @param snapshot - Its state by name, for `layersOf`.
 * @throws `TypeError` when what is wrapped is no provider.
 * @example
 * ```ts
 * import { around } from '@secretkit/core';
 *
 * const counted = around('counted', {}, async (run, ctx, call) => {
 *   console.log(`${call.operation} on ${call.provider}`);
 *   return await run(ctx);
 * });
 * ```
 */
export function around(
  name: string,
  options: Readonly<Record<string, unknown>>,
  policy: Policy,
  snapshot?: () => Readonly<Record<string, unknown>>,
): Middleware {
  return defineMiddleware(name, options, (next) => {
    const about = (operation: Operation, refs: readonly SecretRef[], scope?: SecretScope): Call => ({
      provider: next.name,
      operation,
      refs: Object.freeze([...refs]), // hooks see it
      scope: scope ?? refs[0]?.scope,
    });
    const { getMany, list, set, delete: remove } = next;
    return {
      get: (ref, ctx) => policy((inner) => next.get(ref, inner), ctx, about('get', [ref])),
      getMany:
        getMany &&
        (async (refs, ctx) => {
          const batch = mergedBatch(refs, getMany);
          try {
            return await policy(batch.run, ctx, { ...about('getMany', refs), failures: batch.failures });
          } catch (error) {
            if (ctx.signal?.aborted) throw ctx.signal.reason;
            return batch.giveUp(error);
          }
        }),
      list:
        list && ((query, ctx) => policy((inner) => list(query, inner), ctx, about('list', [], query.scope))),
      set:
        set && ((ref, secret, ctx) => policy((inner) => set(ref, secret, inner), ctx, about('set', [ref]))),
      delete: remove && ((ref, ctx) => policy((inner) => remove(ref, inner), ctx, about('delete', [ref]))),
      ...(snapshot && { snapshot }),
    };
  });
}

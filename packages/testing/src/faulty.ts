import { defineMiddleware, type Wrapped } from '@secretkit/core/middleware';
import {
  type Answer,
  kindOf,
  type Operation,
  type SecretError,
  type SecretErrorCode,
  type SecretProvider,
  type SecretRef,
} from '@secretkit/core/provider';
import { scriptedError } from './scripted-error.js';

/** How a call fails; `undefined` lets it through. */
export type Failure = SecretErrorCode | SecretError | undefined;

/** The failures of consecutive calls, or a function that decides for each call. In a batch it decides for each ref. */
export type FaultScript =
  | readonly Failure[]
  | ((operation: Operation, ref: SecretRef | undefined) => Failure);

/**
 * Returns a provider that fails as scripted. A call that fails does not reach the inner provider. In a batch each ref takes
 * its own step of the script, and its failure takes its place. After the last step of a list every call passes through.
 *
 * @throws `TypeError` when the script is neither a list nor a function, and for a list with an unknown code.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { retry } from '@secretkit/middleware/retry';
 * import { fakeSecrets, faulty } from '@secretkit/testing';
 *
 * const { provider } = fakeSecrets({ initial: { token: 'example' } });
 * const unreliable = faulty(provider, ['unavailable', 'timeout']);
 * await createSecrets(retry({ baseDelayMs: 1 })(unreliable)).require('token'); // the third attempt succeeds
 * ```
 */
export function faulty<P extends SecretProvider>(provider: P, script: FaultScript): Wrapped<P> {
  const given: unknown = script;
  if (typeof given !== 'function' && !Array.isArray(given)) {
    throw new TypeError(
      `faulty: script must be a list of codes or a function, got ${kindOf(given)}. ` +
        "Write ['unavailable', undefined] to fail the first call only.",
    );
  }
  const steps = typeof script === 'function' ? [] : [...script];
  for (const each of steps) if (each) scriptedError(each);
  const failure = (operation: Operation, ref?: SecretRef): SecretError | undefined => {
    const next = typeof script === 'function' ? script(operation, ref) : steps.shift();
    return next && scriptedError(next, { operation, ref });
  };
  const callUnlessFailing = async <T>(
    run: () => Promise<T>,
    operation: Operation,
    ref?: SecretRef,
  ): Promise<T> => {
    const error = failure(operation, ref);
    if (error) throw error;
    return run();
  };

  return defineMiddleware({
    name: 'faulty',
    build: ({ get, getMany, list, set, compareAndSet, delete: remove, listVersions }) => ({
      get: (ref, ctx) => callUnlessFailing(() => get(ref, ctx), 'get', ref),
      getMany:
        getMany &&
        (async (refs, ctx) => {
          const answers: Answer[] = refs.map((ref) => failure('getMany', ref));
          const passing = refs.filter((_, at) => answers[at] === undefined);
          const found = passing.length > 0 ? [...(await getMany(passing, ctx))] : [];
          return answers.map((answer) => answer ?? found.shift());
        }),
      list: list && ((query, ctx) => callUnlessFailing(() => list(query, ctx), 'list')),
      set: set && ((ref, secret, ctx) => callUnlessFailing(() => set(ref, secret, ctx), 'set', ref)),
      compareAndSet:
        compareAndSet &&
        ((ref, secret, expected, ctx) =>
          callUnlessFailing(() => compareAndSet(ref, secret, expected, ctx), 'compareAndSet', ref)),
      listVersions:
        listVersions && ((ref, ctx) => callUnlessFailing(() => listVersions(ref, ctx), 'listVersions', ref)),
      delete: remove && ((ref, ctx) => callUnlessFailing(() => remove(ref, ctx), 'delete', ref)),
    }),
  })(provider);
}

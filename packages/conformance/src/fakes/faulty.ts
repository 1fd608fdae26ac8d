import { defineMiddleware, type Wrapped } from '@secretkit/core/middleware';
import type {
  Answer,
  Operation,
  SecretError,
  SecretErrorCode,
  SecretProvider,
  SecretRef,
} from '@secretkit/core/provider';
import { scripted } from './scripted.js';

/** How a call fails; `undefined`: it goes through. */
export type Failure = SecretErrorCode | SecretError | undefined;

/** What happens to one call after another, or a decision for each. A batch is asked about ref by ref. */
export type FaultScript =
  | readonly Failure[]
  | ((operation: Operation, ref: SecretRef | undefined) => Failure);

/**
 * A provider that fails as scripted. What fails does not reach the provider inside. In a batch each ref takes its own
 * step of the script, and its failure stands in its place. A list that is used up lets everything through.
 *
 * @throws `TypeError` for what is no script, and for a list with a code that there is not.
 * @example
 * ```ts
 * import { faulty } from '@secretkit/conformance';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 * import { retry } from '@secretkit/middleware/retry';
 *
 * const provider = faulty(memorySecrets({ initial: { token: 'example' } }), ['unavailable', 'timeout']);
 * await createSecrets(retry({ baseDelayMs: 1 })(provider)).require('token'); // the third attempt goes through
 * ```
 */
export function faulty<P extends SecretProvider>(provider: P, script: FaultScript): Wrapped<P> {
  const given: unknown = script;
  if (typeof given !== 'function' && !Array.isArray(given)) {
    throw new TypeError("faulty needs a script: a list, such as ['unavailable', undefined], or a function.");
  }
  const steps = typeof script === 'function' ? [] : [...script];
  for (const each of steps) if (each) scripted(each);
  const failure = (operation: Operation, ref?: SecretRef): SecretError | undefined => {
    const next = typeof script === 'function' ? script(operation, ref) : steps.shift();
    return next && scripted(next, { operation, ref });
  };
  const unlessItFails = async <T>(
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
    build: ({ get, getMany, list, set, delete: remove }) => ({
      get: (ref, ctx) => unlessItFails(() => get(ref, ctx), 'get', ref),
      getMany:
        getMany &&
        (async (refs, ctx) => {
          const answers: Answer[] = refs.map((ref) => failure('getMany', ref));
          const through = refs.filter((_, at) => answers[at] === undefined);
          const found = through.length > 0 ? [...(await getMany(through, ctx))] : [];
          return answers.map((answer) => answer ?? found.shift());
        }),
      list: list && ((query, ctx) => unlessItFails(() => list(query, ctx), 'list')),
      set: set && ((ref, secret, ctx) => unlessItFails(() => set(ref, secret, ctx), 'set', ref)),
      delete: remove && ((ref, ctx) => unlessItFails(() => remove(ref, ctx), 'delete', ref)),
    }),
  })(provider);
}

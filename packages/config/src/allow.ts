import type { ReadOptions } from '@secretkit/core';
import { kindOf, SecretError, type SecretRef } from '@secretkit/core/provider';
import type { Problem } from './problems.js';
import type { RefAtPlace } from './read-all.js';

export interface AllowOptions extends ReadOptions {
  /**
   * Whether a ref may be read. Called with each ref as it is written, before anything is read; the scope of the client is not
   * in it. For refs that somebody else can write, together with a client of that tenant alone.
   * @defaultValue every ref that the client can read
   */
  readonly allow?: (ref: SecretRef) => boolean;
}

/** @throws `TypeError` for anything but a function. */
export function checkAllow(owner: string, allow: unknown): void {
  if (allow === undefined || typeof allow === 'function') return;
  throw new TypeError(
    `${owner}: allow must be a function of a ref, such as ({ name }) => name.startsWith("app/"), got ${kindOf(allow)}.`,
  );
}

/**
 * Returns a problem for each ref that is not allowed.
 *
 * @throws `TypeError` if the function returns anything but a boolean: a promise would allow everything.
 */
export function refsNotAllowed(
  owner: string,
  refs: readonly RefAtPlace[],
  allow: AllowOptions['allow'],
): readonly Problem[] {
  if (!allow) return [];
  return refs.flatMap(({ at, ref }): Problem[] => {
    const answer: unknown = allow(ref);
    if (typeof answer !== 'boolean') {
      throw new TypeError(`${owner}: allow must return a boolean, got ${kindOf(answer)}.`);
    }
    return answer ? [] : [{ at, error: notAllowed(ref) }];
  });
}

function notAllowed(ref: SecretRef): SecretError {
  const problem = 'the ref is refused by the option allow. Remove it, or allow it.';
  return new SecretError('permission_denied', problem, { ref });
}

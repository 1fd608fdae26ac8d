import { describeRef, isSecretError, SecretError } from '@secretkit/core/provider';

/** One of several things that are wrong. */
export interface Problem {
  /** Where: the key, or the path in the tree, such as `db.hosts[0].password`. */
  readonly at: string;
  /** What is wrong there, and what to do. */
  readonly error: SecretError;
}

const field = 'problems';

/**
 * What an error of `loadSecrets`, `resolveReferences` or `revealReferences` is made of, one by one; of any other error,
 * nothing. The error's message lists them all, too.
 *
 * @example
 * ```ts
 * import { loadSecrets, problemsOf } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * await loadSecrets(createSecrets(memorySecrets()), { DATABASE_URL: 'database-url' }).catch((error: unknown) => {
 *   for (const { at, error: problem } of problemsOf(error)) {
 *     console.log(at, problem.code); // DATABASE_URL not_found
 *   }
 * });
 * ```
 */
export function problemsOf(error: unknown): readonly Problem[] {
  const problems = isSecretError(error) ? (error as { [field]?: unknown })[field] : undefined;
  return Array.isArray(problems) ? (problems as readonly Problem[]) : []; // nobody else adds such a field
}

/**
 * One error for all problems. Its code is that of the first one that waiting will not mend, so that it is retryable only
 * if each of them is.
 */
export function failureOf(what: string, problems: readonly [Problem, ...Problem[]]): SecretError {
  const { error: worst } = problems.find(({ error }) => !error.retryable) ?? problems[0];
  const waits = problems.flatMap(({ error }) => error.retryAfterMs ?? []);
  const failure = new SecretError(worst.code, [what, ...problems.map(lineOf)].join('\n'), {
    retryable: worst.retryable,
    retryAfterMs: waits.length > 0 ? Math.max(...waits) : undefined,
    ref: problems.length === 1 ? worst.ref : undefined,
  });
  // Hidden from inspection, which shows the message that has them all.
  return Object.defineProperty(failure, field, { value: Object.freeze(problems) });
}

/** Is there anything wrong? */
export function isAny(problems: readonly Problem[]): problems is readonly [Problem, ...Problem[]] {
  return problems.length > 0;
}

function lineOf({ at, error: { ref, code, problem } }: Problem): string {
  return `  ${at}${ref ? `, ${describeRef(ref)}` : ''}: ${code}: ${problem}`;
}

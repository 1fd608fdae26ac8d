import { describeRef, isSecretError, SecretError } from '@secretkit/core/provider';

/** One of the problems of a call. */
export interface Problem {
  /** The key, or the path in the tree, such as `db.hosts[0].password`. */
  readonly at: string;
  /** The problem and its remedy. */
  readonly error: SecretError;
}

const field = 'problems';
/** The most problems in a message: it is logged. */
const maxLines = 20;
const maxPath = 200;

/**
 * Returns the single problems of an error of `loadSecrets`, `resolveReferences` or `revealReferences`, and an empty list for
 * any other error. The message of the error lists the first twenty of them.
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
  return Array.isArray(problems) ? (problems as readonly Problem[]) : []; // only failureOf adds this field
}

/**
 * Returns one error for all problems. It has the code of the first problem that is not retryable, so that it is retryable
 * only if all of them are.
 */
export function failureOf(summary: string, problems: readonly [Problem, ...Problem[]]): SecretError {
  const { error: worst } = problems.find(({ error }) => !error.retryable) ?? problems[0];
  const longestMs = problems.reduce((longest, { error }) => Math.max(longest, error.retryAfterMs ?? -1), -1);
  const others = problems.length - maxLines;
  const lines = [
    summary,
    ...problems.slice(0, maxLines).map(lineOf),
    ...(others > 0 ? [`  and ${others} more. Read them all with problemsOf(error).`] : []),
  ];
  const failure = new SecretError(worst.code, lines.join('\n'), {
    retryable: worst.retryable,
    retryAfterMs: longestMs < 0 ? undefined : longestMs,
    ref: problems.length === 1 ? worst.ref : undefined,
  });
  // Not enumerable: inspection shows the message, which lists the first of them.
  return Object.defineProperty(failure, field, { value: Object.freeze(problems) });
}

/** Whether there is at least one problem. */
export function hasProblems(problems: readonly Problem[]): problems is readonly [Problem, ...Problem[]] {
  return problems.length > 0;
}

function lineOf({ at, error: { ref, code, problem } }: Problem): string {
  const path = at.length > maxPath ? `${at.slice(0, maxPath - 1)}…` : at;
  return `  ${path}${ref ? `, ${describeRef(ref)}` : ''}: ${code}: ${problem}`;
}

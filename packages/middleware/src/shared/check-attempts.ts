import { layersOf, type SecretProvider } from '@secretkit/core/provider';

/** What one attempt may take by default, in milliseconds. */
export const defaultTimeoutMs = 3_000;

/** What all attempts may take by default, in milliseconds. */
export const defaultMaxElapsedMs = 30_000;

/**
 * Refuses a limit for all attempts that is shorter than what one of them may take: the longer one would never be reached.
 *
 * @throws `RangeError` naming both.
 */
export function checkAttempts(owner: string, option: string, limitMs: number, attemptMs: unknown): void {
  if (typeof attemptMs !== 'number' || attemptMs <= limitMs) return;
  throw new RangeError(
    `${owner}: ${option} is ${limitMs}, a deadline shorter than one attempt, which may take timeoutMs: ${attemptMs}. ` +
      `Raise ${option}, or lower ${owner === 'timeout' ? 'that of the time-out inside' : 'timeoutMs'}.`,
  );
}

/** The longest that the provider takes for one attempt, in milliseconds, if there is a time-out in its stack. */
export function attemptMsOf(provider: SecretProvider): unknown {
  return layersOf(provider).find(({ kind }) => kind === Symbol.for('secretkit.kind.timeout'))?.options[
    'timeoutMs'
  ];
}

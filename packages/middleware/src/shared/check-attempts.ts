import { layersOf, type SecretProvider } from '@secretkit/core/provider';
import { layerKind } from './layer-kind.js';

/** The default time limit for one attempt, in milliseconds. */
export const defaultTimeoutMs = 3_000;

/** The default time limit for all attempts together, in milliseconds. */
export const defaultMaxElapsedMs = 30_000;

/**
 * Checks that the limit for all attempts is not shorter than the limit for one: the longer one would never be reached.
 *
 * @throws `RangeError` that names both options.
 */
export function checkAttempts(owner: string, option: string, limitMs: number, attemptMs: unknown): void {
  if (typeof attemptMs !== 'number' || attemptMs <= limitMs) return;
  const inner = owner === 'timeout' ? ' of the inner timeout' : '';
  throw new RangeError(
    `${owner}: ${option} must be at least the timeoutMs of one attempt, which is ${attemptMs}, got ${limitMs}. ` +
      `Raise ${option}, or lower timeoutMs${inner}.`,
  );
}

/** Returns the `timeoutMs` of the outermost timeout in a stack, or `undefined` if there is none. */
export function attemptMsOf(provider: SecretProvider): unknown {
  return layersOf(provider).find(({ kind }) => kind === layerKind('timeout'))?.options['timeoutMs'];
}

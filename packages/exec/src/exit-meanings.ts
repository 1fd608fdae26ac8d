import { errorRules, isPlainObject, kindOf, type SecretErrorCode } from '@secretkit/core/provider';

/** What an exit code means: that there is no such secret, or an error. */
export type ExitMeaning = 'missing' | Exclude<SecretErrorCode, 'not_found'>;

/** The largest exit code: 32 bits on Windows, 8 elsewhere. */
const maxExitCode = 2 ** 32 - 1;

/** @throws `TypeError` or `RangeError` for anything but exit codes and their meanings. */
export function checkExitCodes(owner: string, exitCodes: unknown): void {
  if (exitCodes === undefined) return;
  if (!isPlainObject(exitCodes)) {
    throw new TypeError(
      `${owner}: exitCodes must be an object, such as { 10: 'missing' }, got ${kindOf(exitCodes)}.`,
    );
  }
  for (const [exitCode, meaning] of Object.entries(exitCodes) as [string, unknown][]) {
    if (!/^[1-9]\d{0,9}$/.test(exitCode) || Number(exitCode) > maxExitCode) {
      throw new RangeError(
        `${owner}: exitCodes must have keys between 1 and ${maxExitCode}: 0 is success. Got another key.`,
      );
    }
    const isKnown = typeof meaning === 'string' && Object.hasOwn(errorRules, meaning);
    if (meaning === 'missing' || (isKnown && meaning !== 'not_found')) continue;
    const remedy = meaning === 'not_found' ? ' Write "missing" instead of "not_found".' : '';
    const got = typeof meaning === 'string' ? 'another string' : kindOf(meaning);
    throw new TypeError(
      `${owner}: exitCodes[${exitCode}] must be "missing" or an error code, got ${got}.${remedy}`,
    );
  }
}

import { checkNumber, kindOf, maxDelayMs } from '@secretkit/core/provider';

/** The bytes that a file may have. */
export const maxFileBytes = 1_048_576;

/** The time between two looks for changes, if nothing else is asked for. */
export const defaultPollMs = 1_000;

/** @throws `TypeError` or `RangeError` for anything but `false` and a number of milliseconds. */
export function checkPoll(owner: string, pollMs: unknown): void {
  if (pollMs !== undefined && pollMs !== false) {
    checkNumber(owner, 'pollMs', pollMs, { min: 10, max: maxDelayMs });
  }
}

/** @throws `TypeError` for anything but a boolean. */
export function checkFlag(owner: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw new TypeError(`${owner}: ${option} must be true or false, got ${kindOf(value)}.`);
}

/** @throws `TypeError` for anything but a path. It is not quoted: it may be a value in the wrong place. */
export function checkPath(owner: string, option: string, path: unknown, example: string): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return;
  const got =
    typeof path === 'string' ? (path === '' ? 'an empty string' : 'a string with a NUL') : kindOf(path);
  throw new TypeError(`${owner}: ${option} must be a path, such as "${example}", got ${got}.`);
}

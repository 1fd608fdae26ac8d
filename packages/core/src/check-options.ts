import { kindOf } from './kind-of.js';

/** What a number may be. Both bounds are inclusive. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** @defaultValue false */
  readonly whole?: boolean;
}

/** The longest delay a timer takes: 2³¹ − 1 milliseconds, about 24.8 days. A longer one would fire at once. */
export const maxDelayMs: number = 2 ** 31 - 1;

/**
 * Refuses options that do not exist: a misspelt one would be ignored without a word.
 *
 * @param owner - Whose options they are, as the caller wrote it: `cache`.
 * @throws `TypeError` when the options are no object or name an option that is not known.
 */
export function checkOptions(owner: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`${owner} takes an object of options: ${known.join(', ')}.`);
  }
  if ('get' in options) {
    throw new TypeError(`${owner} takes options (${known.join(', ')}), not a provider.`);
  }
  const extra = Object.keys(options).find((option) => !known.includes(option));
  if (extra !== undefined) {
    throw new TypeError(`${owner} has no option "${extra.slice(0, 50)}". It has ${known.join(', ')}.`);
  }
}

/**
 * Refuses a number that is out of its range.
 *
 * @throws `TypeError` when it is no number, `RangeError` when it is out of range, not finite or not whole.
 */
export function checkNumber(owner: string, option: string, value: unknown, range: NumberRange): void {
  const { min, max, whole = false } = range;
  const expected = `${owner}: ${option} is a ${whole ? 'whole ' : ''}number from ${min} to ${max}`;
  if (typeof value !== 'number') throw new TypeError(`${expected}, not ${kindOf(value)}.`);
  if (!(value >= min && value <= max) || (whole && !Number.isInteger(value))) {
    throw new RangeError(`${expected}; it was ${value}.`);
  }
}

/** @throws `TypeError` when something is given and it is no function. */
export function checkFunction(owner: string, option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function') {
    throw new TypeError(`${owner}: ${option} is a function, not ${kindOf(value)}.`);
  }
}

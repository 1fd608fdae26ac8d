/** The check of one option. */
export interface OptionCheck {
  readonly accepts: (value: unknown) => boolean;
  /** Description of accepted values, for the error: `an object`. */
  readonly expected: string;
  /** Describes a refused value for the error. Must not quote a string. @defaultValue {@link kindOf} */
  readonly describe?: (value: unknown) => string;
  readonly required?: true;
}

/** The checks of an options object: one for each option. */
export type OptionChecks<T> = { readonly [K in keyof T]-?: OptionCheck };

/** Accepts every value, for options that TypeScript checks or that are checked elsewhere. */
export const unchecked: OptionCheck = { accepts: () => true, expected: 'any value' };

/** Accepts `true` and `false`. For faults only: they may come as JSON, which TypeScript does not check. */
export const isBoolean: OptionCheck = {
  accepts: (value) => typeof value === 'boolean',
  expected: 'true or false',
};

/** Accepts a string with at least one character. */
export const isText: OptionCheck = {
  accepts: (value) => typeof value === 'string' && value !== '',
  expected: 'a non-empty string',
};

/** Accepts an object that is not an array. Its fields need a separate {@link checkOptions}. */
export const isObject: OptionCheck = {
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expected: 'an object',
};

/** Accepts a whole number in a range. Both bounds are inclusive. */
export function isInteger(min: number, max: number): OptionCheck {
  return {
    accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    expected: `a whole number between ${min} and ${max}`,
    describe: numberOrKind,
  };
}

/** Accepts a delay in milliseconds that a timer supports. */
export const isMilliseconds: OptionCheck = isInteger(0, 2 ** 31 - 1);

/** Accepts one of the values. */
export function isOneOf(...values: readonly (string | number | boolean | null)[]): OptionCheck {
  return {
    accepts: (value) => values.some((each) => each === value),
    expected: `one of ${values.map((each) => JSON.stringify(each)).join(', ')}`,
    describe: otherText,
  };
}

/** Accepts an array in which every entry passes a check. */
export function isArrayOf(check: OptionCheck): OptionCheck {
  return {
    accepts: (value) => Array.isArray(value) && value.every((entry) => check.accepts(entry)),
    expected: `an array in which every entry is ${check.expected}`,
    describe: (value) => {
      if (!Array.isArray(value)) return kindOf(value);
      const refused: unknown = value.find((entry) => !check.accepts(entry));
      return `an array with ${kindOf(refused)}`;
    },
  };
}

/** Accepts `null` too. */
export function orNull(check: OptionCheck): OptionCheck {
  return {
    ...check,
    accepts: (value) => value === null || check.accepts(value),
    expected: `${check.expected}, or null`,
  };
}

/** Refuses `undefined` and a missing option. */
export function required(check: OptionCheck): OptionCheck {
  return { ...check, required: true };
}

/**
 * Checks an options object. An error names the option and the kind of the value. It never quotes the value: options can
 * hold keys and payloads.
 *
 * @param owner - The function that takes the options, as the caller wrote it: `startEmulator`.
 * @param path - The option that holds this object, such as `keys[0]`. Empty for the options object itself.
 * @throws `TypeError` when it is not an object, and when an option is unknown, missing or wrong.
 */
export function checkOptions<T>(owner: string, options: T, checks: OptionChecks<T>, path = ''): void {
  if (!isObject.accepts(options)) {
    throw new TypeError(
      `${owner}: ${path || 'options'} must be ${isObject.expected}, got ${kindOf(options)}.`,
    );
  }
  const prefix = path && `${path}.`;
  const known = new Map(Object.entries<OptionCheck>(checks));
  const given = new Map(Object.entries(options ?? {}));
  for (const name of given.keys()) {
    if (known.has(name)) continue;
    const all = [...known.keys()].join(', ');
    throw new TypeError(`${owner}: unknown option "${prefix}${name.slice(0, 50)}". Known options: ${all}.`);
  }
  for (const [name, { accepts, expected, required = false, describe = kindOf }] of known) {
    const value = given.get(name);
    if (value === undefined ? !required : accepts(value)) continue;
    throw new TypeError(`${owner}: ${prefix}${name} must be ${expected}, got ${describe(value)}.`);
  }
}

/** Returns a number as it is, and the kind of every other value. */
export function numberOrKind(value: unknown): string {
  return typeof value === 'number' ? String(value) : kindOf(value);
}

/** Returns `another string` for a string, and the kind of every other value. For options that accept some strings. */
export function otherText(value: unknown): string {
  return typeof value === 'string' && value !== '' ? 'another string' : kindOf(value);
}

/** Returns the kind of a value. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === '') return 'an empty string';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : typeof value;
}

/** A test for the value of an option, and what to say if it fails. */
export interface OptionCheck {
  readonly ok: (value: unknown) => boolean;
  readonly must: string;
  /** Whether it may not be left out. */
  readonly required?: true;
}

/** The checks of an options object: one for each option, none left out. */
export type OptionChecks<T> = { readonly [K in keyof T]-?: OptionCheck };

/** `true` or `false`. */
export const isFlag: OptionCheck = { ok: (value) => typeof value === 'boolean', must: 'true or false' };

/** A string with at least one character. */
export const isText: OptionCheck = {
  ok: (value) => typeof value === 'string' && value !== '',
  must: 'a non-empty string',
};

/** A function. */
export const isFunction: OptionCheck = { ok: (value) => typeof value === 'function', must: 'a function' };

/** An integer in a range, both ends included. */
export function isInteger(min: number, max: number): OptionCheck {
  return {
    ok: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
    must: `an integer from ${min} to ${max}`,
  };
}

/** A wait that a timer can make. */
export const isMilliseconds: OptionCheck = isInteger(0, 2 ** 31 - 1);

/** One of a few values. */
export function isOneOf(...values: readonly (string | number | boolean | null)[]): OptionCheck {
  return {
    ok: (value) => values.some((one) => one === value),
    must: `one of ${values.map((one) => JSON.stringify(one)).join(', ')}`,
  };
}

/** A list in which every entry passes a check. */
export function isListOf(check: OptionCheck): OptionCheck {
  return {
    ok: (value) => Array.isArray(value) && value.every((one) => check.ok(one)),
    must: `a list, each entry ${check.must}`,
  };
}

/** What passes a check, or `null`. */
export function orNull(check: OptionCheck): OptionCheck {
  return { ok: (value) => value === null || check.ok(value), must: `${check.must}, or null` };
}

/** What passes a check, and may not be left out. */
export function required(check: OptionCheck): OptionCheck {
  return { ...check, required: true };
}

/** What is not looked at. */
export const isAnything: OptionCheck = { ok: () => true, must: 'anything' };

/** A plain object; its fields need a {@link checkOptions} of their own. */
export const isObject: OptionCheck = {
  ok: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  must: 'an object',
};

/**
 * Checks an options object. No message quotes a value: options can hold keys and payloads.
 *
 * @throws TypeError naming an unknown option and the known ones, what an option must be, or which is missing
 */
export function checkOptions<T>(where: string, options: T, checks: OptionChecks<T>): void {
  if (!isObject.ok(options)) throw new TypeError(`${where} must be ${isObject.must}`);
  const known = new Map(Object.entries<OptionCheck>(checks));
  const given = new Map(Object.entries(options ?? {}));
  for (const [name, value] of given) {
    const check = known.get(name);
    if (!check) {
      throw new TypeError(
        `${where}: unknown option "${name}"; the options are ${[...known.keys()].join(', ')}`,
      );
    }
    if (value !== undefined && !check.ok(value))
      throw new TypeError(`${where}: ${name} must be ${check.must}`);
  }
  for (const [name, check] of known) {
    if (check.required && given.get(name) === undefined)
      throw new TypeError(`${where} needs ${name}: ${check.must}`);
  }
}

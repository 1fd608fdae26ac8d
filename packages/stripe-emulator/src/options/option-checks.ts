/** A test for the value of an option, and what to say if it fails. */
export interface OptionCheck {
  readonly ok: (value: unknown) => boolean;
  readonly must: string;
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

/** One of a few values. */
export function isOneOf(...values: readonly (string | number | boolean | null)[]): OptionCheck {
  return {
    ok: (value) => values.some((one) => one === value),
    must: `one of ${values.map((one) => JSON.stringify(one)).join(', ')}`,
  };
}

/** A text or `null`. */
export const isTextOrNull: OptionCheck = {
  ok: (value) => value === null || isText.ok(value),
  must: 'a non-empty string or null',
};

/** A plain object; its fields need a {@link checkOptions} of their own. */
export const isObject: OptionCheck = {
  ok: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  must: 'an object',
};

/**
 * Checks an options object. No message quotes a value: options can hold keys.
 *
 * @throws TypeError naming an unknown option and the known ones, or what an option must be
 */
export function checkOptions<T>(where: string, options: T, checks: OptionChecks<T>): void {
  if (!isObject.ok(options)) throw new TypeError(`${where} must be ${isObject.must}`);
  const known = new Map(Object.entries<OptionCheck>(checks));
  for (const [name, value] of Object.entries(options ?? {})) {
    const check = known.get(name);
    if (!check) {
      throw new TypeError(
        `${where}: unknown option "${name}"; the options are ${[...known.keys()].join(', ')}`,
      );
    }
    if (value !== undefined && !check.ok(value))
      throw new TypeError(`${where}: ${name} must be ${check.must}`);
  }
}

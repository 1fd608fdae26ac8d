/** The range of a number; both bounds are inclusive. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** @defaultValue false */
  readonly whole?: boolean;
  /** What to do, where the range depends on another option. */
  readonly remedy?: string;
}

/** The longest delay of a timer: 2³¹ − 1 milliseconds, about 24.8 days. A longer one would fire at once. */
export const maxDelayMs: number = 2 ** 31 - 1;

/** Returns the options of `owner`, such as `cache`, without any that they inherit. @throws `TypeError` when they are not an object, or one is unknown. */
export function checkOptions<T extends object>(owner: string, options: T, known: readonly string[]): T {
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject || 'get' in options) {
    const got = isObject ? 'a provider (pass it in a second call, as in cache()(provider))' : kindOf(options);
    throw new TypeError(`${owner}: options must be an object, got ${got}. ${list('option', known)}`);
  }
  const unknown = unknownKey(options, known);
  if (unknown) throw new TypeError(`${owner}: ${unknown}`);
  return ownFields(options);
}

/** Checks a number. @throws `TypeError` for another type; `RangeError` when it is out of range or not whole. */
export function checkNumber(owner: string, option: string, value: unknown, range: NumberRange): void {
  const { min, max, whole = false, remedy = '' } = range;
  const expected = `${owner}: ${option} must be a ${whole ? 'whole ' : ''}number between ${min} and ${max}`;
  if (typeof value !== 'number') throw new TypeError(`${expected}, got ${kindOf(value)}.`);
  const isInRange = value >= min && value <= max && (!whole || Number.isInteger(value));
  if (!isInRange) throw new RangeError(`${expected}, got ${value}. ${remedy}`.trimEnd());
}

/** Checks an optional function. @throws `TypeError` for anything else. */
export function checkFunction(owner: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new TypeError(`${owner}: ${option} must be a function, got ${kindOf(value)}.`);
}

/** Returns a sentence about the first key that is not known, for an error: `unknown option "ttl". Known options: ttlMs.` */
export function unknownKey(input: object, known: readonly string[], noun = 'option'): string | undefined {
  const unknown = Object.keys(input).find((key) => !known.includes(key));
  if (unknown === undefined) return undefined;
  const quoted = /^[\w$.-]+$/.test(unknown) ? ` "${unknown.slice(0, 50)}"` : ''; // any other may be a value
  return `unknown ${noun}${quoted}. ${list(noun, known)}`;
}

/** Checks the scheme of an opener. @throws `TypeError` unless it is in lower case and has no colon. */
export function checkScheme(owner: string, scheme: unknown): void {
  if (typeof scheme === 'string' && /^[a-z][a-z0-9+.-]*$/.test(scheme)) return;
  const expected = 'scheme must be a URL scheme in lower case without a colon';
  throw new TypeError(`${owner}: ${expected}, got ${kindOf(scheme)}.`);
}

/**
 * Returns the parameters of a URL such as `env:?prefix=APP_`. For openers.
 * @throws `TypeError` for a parameter that is unknown, empty or repeated, and for a URL with a host, a path or a fragment.
 */
export function urlParameters<const K extends string>(
  url: URL,
  known: readonly K[],
): { readonly [P in K]?: string } {
  const wrong = (problem: string): TypeError => new TypeError(`${url.protocol} URL${problem}`);
  if (url.host || url.pathname || url.hash) {
    throw wrong(` must not have a host, a path or a fragment. Write ${url.protocol}?name=value.`);
  }
  const parameters = Object.create(null) as Record<string, string>; // it inherits no parameter
  for (const [name, value] of url.searchParams) {
    if (!known.some((each) => each === name)) {
      throw wrong(`: unknown parameter. ${list('parameter', known)}`); // its name may be a value
    }
    if (value === '') throw wrong(`: parameter ${name} must not be empty.`);
    if (Object.hasOwn(parameters, name)) throw wrong(`: parameter ${name} must be given once.`);
    parameters[name] = value;
  }
  return parameters as { [P in K]?: string }; // all of them are known
}

/** Whether this is a plain object: the data of a promise, a map or an instance of a class is not in its fields. */
export function isPlainObject(thing: unknown): thing is object {
  if (typeof thing !== 'object' || thing === null) return false;
  const prototype: unknown = Object.getPrototypeOf(thing);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // of another realm, too
}

/** Returns the fields of the thing itself, in an object that inherits nothing. See `own`. */
export function ownFields<T extends object>(thing: T): T;
export function ownFields<T extends object>(thing: T | undefined): Partial<T>;
export function ownFields<T extends object>(thing: T | undefined): Partial<T> {
  return { __proto__: null, ...(thing as T) };
}

/** Returns a field of the thing itself. An inherited one is nobody's wish: `Object.prototype` may have been polluted. */
export function own<T extends object, K extends keyof T>(thing: T | undefined, field: K): T[K] | undefined {
  return thing && Object.hasOwn(thing, field) ? thing[field] : undefined;
}

/** Returns the kind of a thing that is refused, for messages, and never its content. Ignores the rejection of a promise. */
export function kindOf(thing: unknown): string {
  if (typeof thing !== 'object') return typeof thing;
  if (thing === null) return 'null';
  if (Array.isArray(thing)) return 'an array';
  if (isPlainObject(thing)) return 'an object';
  if (!('then' in thing)) return 'an instance of a class';
  Promise.resolve(thing).catch(() => undefined);
  return 'a promise (await it)';
}

function list(noun: string, known: readonly string[]): string {
  return known.length > 0 ? `Known ${noun}s: ${known.join(', ')}.` : `There are no ${noun}s.`;
}

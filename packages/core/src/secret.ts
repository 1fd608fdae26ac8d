import { invalid } from './invalid.js';
import { kindOf } from './kind-of.js';
import { SecretError } from './secret-error.js';

/**
 * A value that does not show itself: not in a log, a template, JSON, a clone, a debugger's table or a test's diff.
 * `reveal()` is the only way out, so searching for `reveal(` finds every use.
 */
export interface Secret<out T = string> {
  /** The value itself. */
  reveal(): T;
  /**
   * The parsed value, sealed with the same expiry.
   *
   * @throws `invalid_data` when `parse` throws; its message is dropped, since parsers quote what they read.
   * `invalid_argument` when it is no function, or an async one.
   * @example
   * ```ts
   * import { seal } from '@secretkit/core';
   *
   * const login = seal('{"user":"app"}').map((text) => JSON.parse(text) as { user: string });
   * console.log(login.reveal().user); // app
   * ```
   */
  map<U>(parse: (value: T) => U): Secret<U>;
  /** From this moment on the value is gone; absent when it does not expire. */
  readonly expiresAt: Date | undefined;
  /** When the backend got it, where the backend tells. */
  readonly createdAt: Date | undefined;
  /** The backend's name for this state of the value. */
  readonly version: string | undefined;
  /** Since when the value is past its freshness; set only on a value served because its source could not be asked. */
  readonly staleSince: Date | undefined;
}

/** What a backend tells of a value besides the value. */
export interface SecretMeta {
  readonly expiresAt?: Date | undefined;
  readonly createdAt?: Date | undefined;
  readonly version?: string | undefined;
}

const brand: unique symbol = Symbol.for('secretkit.Secret'); // one symbol for all copies of the package
const inspect = Symbol.for('nodejs.util.inspect.custom');
const shown = '[secret]';
const known = ['expiresAt', 'createdAt', 'version'];

/**
 * Seals a value. Adapters call it on what they fetch, applications on what they write.
 *
 * @throws `invalid_argument` when the value is no string, empty, or holds half of a surrogate pair, when a date is not a
 * valid `Date`, or when something is told of the value that there is not.
 * @example
 * ```ts
 * import { seal } from '@secretkit/core';
 *
 * const token = seal('sk_example', { expiresAt: new Date('2030-01-01') });
 * console.log(`${token}`); // [secret]
 * ```
 */
export function seal(value: string, meta: SecretMeta = {}): Secret {
  if (typeof value !== 'string') throw invalid(`a value is a string, not ${kindOf(value)}.`);
  if (value === '') throw invalid('a value is not empty. Delete the secret instead of writing an empty one.');
  if (!value.isWellFormed())
    throw invalid('the value has half of a surrogate pair, which no backend can store.');
  const extra = Object.keys(meta).find((key) => !known.includes(key));
  if (extra) throw invalid(`a secret has no "${extra.slice(0, 50)}": it has ${known.join(', ')}.`);
  const expiresAtMs = checkDate(meta.expiresAt, 'expiresAt');
  const createdAtMs = checkDate(meta.createdAt, 'createdAt');
  const { version } = meta;
  const bare = expiresAtMs === undefined && createdAtMs === undefined && version === undefined;
  return new SealedSecret(value, bare ? noMeta : { ...noMeta, expiresAtMs, createdAtMs, version });
}

/** Is this a `Secret`? True across copies of the package. */
export function isSecret(thing: unknown): thing is Secret<unknown> {
  return typeof thing === 'object' && thing !== null && (thing as { [brand]?: true })[brand] === true;
}

/** The same value, marked as past its freshness since then. For caches. */
export function markStale(secret: Secret, staleSince: Date): Secret {
  const { expiresAt, createdAt, version } = secret;
  return new SealedSecret(secret.reveal(), {
    expiresAtMs: expiresAt?.getTime(),
    createdAtMs: createdAt?.getTime(),
    version,
    staleSinceMs: staleSince.getTime(),
  });
}

interface SealedMeta {
  readonly expiresAtMs: number | undefined;
  readonly createdAtMs: number | undefined;
  readonly version: string | undefined;
  readonly staleSinceMs: number | undefined;
}

/** One for all values of which nothing else is known, as most are. */
const noMeta: SealedMeta = {
  expiresAtMs: undefined,
  createdAtMs: undefined,
  version: undefined,
  staleSinceMs: undefined,
};

// All of it lives behind #private: inspection, cloning and serialisation see an object without properties.
class SealedSecret<T> implements Secret<T> {
  readonly #value: T;
  readonly #meta: SealedMeta;

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
    Object.defineProperty(this.prototype, inspect, { value: () => shown });
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'Secret' });
    Object.defineProperty(this, 'name', { value: 'Secret' });
  }

  constructor(value: T, meta: SealedMeta) {
    this.#value = value;
    this.#meta = meta;
    Object.freeze(this);
  }

  reveal(): T {
    return this.#value;
  }

  map<U>(parse: (value: T) => U): Secret<U> {
    if (typeof parse !== 'function') throw invalid('map takes a function.');
    let parsed: U;
    try {
      parsed = parse(this.#value);
    } catch {
      throw new SecretError(
        'invalid_data',
        'the value could not be parsed. The reason is withheld: a parser may quote what it reads.',
      );
    }
    const { then } = (parsed ?? {}) as Partial<PromiseLike<unknown>>;
    if (typeof then !== 'function') return new SealedSecret(parsed, this.#meta);
    void then.call(parsed, undefined, () => undefined); // what it ends with may quote the value
    throw invalid('map takes a function that answers at once, not an async one.');
  }

  // A new Date each time: dates can be changed, and one value has many readers.
  get expiresAt(): Date | undefined {
    return toDate(this.#meta.expiresAtMs);
  }

  get createdAt(): Date | undefined {
    return toDate(this.#meta.createdAtMs);
  }

  get version(): string | undefined {
    return this.#meta.version;
  }

  get staleSince(): Date | undefined {
    return toDate(this.#meta.staleSinceMs);
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }
}

function toDate(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

function checkDate(date: unknown, field: string): number | undefined {
  if (date === undefined) return undefined;
  const ms = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isNaN(ms)) throw invalid(`${field} is a valid Date, such as new Date(ms).`);
  return ms;
}

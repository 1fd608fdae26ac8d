import { kindOf, unknownKey } from '../checks/check-options.js';
import { invalid, SecretError } from './secret-error.js';

/** A value that no log, template, JSON, clone, debugger or test diff shows. Only `reveal()` returns it. */
export interface Secret<out T = string> extends Required<SecretMeta> {
  /** Returns the value. */
  reveal(): T;
  /** Returns the parsed value, sealed with the same expiry. @throws `invalid_data` without the message of `parse`. */
  map<U>(parse: (value: T) => U): Secret<U>;
  /** When its freshness ended; present only on a stale value that a cache serves. */
  readonly staleSince: Date | undefined;
}

/** The facts that a backend reports beside the value. */
export interface SecretMeta {
  /** The moment from which on the value is gone; absent when it does not expire. */
  readonly expiresAt?: Date | undefined;
  /** When the backend received it, where the backend reports that. */
  readonly createdAt?: Date | undefined;
  /** The backend's name for this state of the value. */
  readonly version?: string | undefined;
}

const brand: unique symbol = Symbol.for('secretkit.Secret'); // one symbol for all copies of the package

/**
 * Seals a value. Adapters call it on what they fetch, applications on what they write.
 * @throws `invalid_argument` when the value is not a string, is empty or has a lone surrogate, or a date is invalid.
 * @example
 * ```ts
 * import { seal } from '@secretkit/core';
 *
 * const token = seal('sk_example', { expiresAt: new Date('2030-01-01') });
 * console.log(`${token}`); // [secret]
 * ```
 */
export function seal(value: string, meta: SecretMeta = {}): Secret {
  if (typeof value !== 'string') throw invalid(`value must be a string, got ${kindOf(value)}.`);
  if (value === '') throw invalid('value must not be empty. Delete the secret instead.');
  if (!value.isWellFormed()) throw invalid('value must not have a lone surrogate: no backend can store it.');
  const unknown = unknownKey(meta, ['expiresAt', 'createdAt', 'version'], 'field');
  if (unknown) throw invalid(`seal: ${unknown}`);
  const { expiresAt, createdAt, version } = meta;
  const ms = {
    expiresAtMs: checkDate(expiresAt, 'expiresAt'),
    createdAtMs: checkDate(createdAt, 'createdAt'),
  };
  const bare = expiresAt === undefined && createdAt === undefined && version === undefined;
  return new SealedSecret(value, bare ? noMeta : { ...ms, version });
}

/** Whether this is a `Secret`. True across copies of the package. */
export function isSecret(thing: unknown): thing is Secret<unknown> {
  return typeof thing === 'object' && thing !== null && (thing as { [brand]?: true })[brand] === true;
}

/** Returns the same value, marked as past its freshness since then. For caches. */
export function markStale(secret: Secret, staleSince: Date): Secret {
  const { expiresAt, createdAt, version } = secret;
  const ms = { expiresAtMs: expiresAt?.getTime(), createdAtMs: createdAt?.getTime() };
  return new SealedSecret(secret.reveal(), { ...ms, version, staleSinceMs: staleSince.getTime() });
}

/** Whether the value is past its expiry. One before `sinceMs` does not count: the backend's clock decides about it. */
export function hasExpired(secret: Secret, nowMs: number, sinceMs: number = -Infinity): boolean {
  const expiresAtMs = secret.expiresAt?.getTime();
  return expiresAtMs !== undefined && sinceMs < expiresAtMs && expiresAtMs <= nowMs;
}

/** Whether both hold the same value. The comparison leaves no trace of either. */
export function sameValue(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal();
}

interface SealedMeta {
  readonly expiresAtMs?: number | undefined;
  readonly createdAtMs?: number | undefined;
  readonly version?: string | undefined;
  readonly staleSinceMs?: number;
}

const noMeta: SealedMeta = {}; // shared by all values without metadata, which are most of them

// Everything is behind #private: inspection, cloning and serialisation see an object without properties.
class SealedSecret<T> implements Secret<T> {
  readonly #value: T;
  readonly #meta: SealedMeta;

  static {
    Object.defineProperty(this.prototype, brand, { value: true });
    for (const printer of [Symbol.for('nodejs.util.inspect.custom'), 'toString', 'toJSON']) {
      Object.defineProperty(this.prototype, printer, { value: () => '[secret]' });
    }
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
    if (typeof parse !== 'function') throw invalid(`map: parse must be a function, got ${kindOf(parse)}.`);
    let parsed: U;
    try {
      parsed = parse(this.#value);
    } catch {
      const problem = 'the value could not be parsed. The reason is withheld: a parser may quote its input.';
      throw new SecretError('invalid_data', problem);
    }
    const { then } = (parsed ?? {}) as Partial<PromiseLike<unknown>>;
    if (typeof then !== 'function') return new SealedSecret(parsed, this.#meta);
    void then.call(parsed, undefined, () => undefined); // its rejection may quote the value
    throw invalid('map: parse must be synchronous, got a function that returns a promise.');
  }

  // A new Date each time: dates are mutable, and one value has many readers.
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
}

function toDate(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

// By its method: a Date may be of another realm.
function checkDate(date: Partial<Date> | null | undefined, field: string): number | undefined {
  if (date === undefined) return undefined;
  const ms = date?.getTime?.() ?? Number.NaN;
  if (Number.isFinite(ms)) return ms;
  const got = date instanceof Date ? 'an invalid one' : kindOf(date);
  throw invalid(`${field} must be a valid Date, such as new Date(ms), got ${got}.`);
}

import { kindOf, ownFields, unknownKey } from '../checks/check-options.js';
import { invalid, SecretError } from './secret-error.js';

/** A value that no log, template, JSON, clone, debugger or test diff shows. Only `reveal()` and `bytes()` return it. */
export interface Secret<out T = string> extends Required<SecretMeta> {
  /** Returns the value. A binary value is revealed as base64. */
  reveal(): T;
  /** Returns the bytes of a binary value, or the UTF-8 of a text. @throws `unsupported` for a mapped value that is not a text. */
  bytes(): Uint8Array;
  /** Returns the parsed value, sealed with the same expiry. @throws `invalid_data` without the message of `parse`. */
  map<U>(parse: (value: T) => U): Secret<U>;
  /** `base64` for a binary value, else `text`. */
  readonly format: 'text' | 'base64';
  /** When its freshness ended; present only on a stale value that a cache serves. */
  readonly staleSince: Date | undefined;
}

/** The facts that a backend reports beside the value. */
export interface SecretMeta {
  /** The moment from which on the value is gone; absent when it does not expire. */
  readonly expiresAt?: Date | undefined;
  /** When the store is going to change it, by a rotation or the renewal of a lease; it is read again then. */
  readonly refreshAt?: Date | undefined;
  /** When the backend received it, where the backend reports that. */
  readonly createdAt?: Date | undefined;
  /** The backend's name for this state of the value. */
  readonly version?: string | undefined;
}

const brand: unique symbol = Symbol.for('secretkit.Secret'); // one symbol for all copies of the package

/**
 * Seals a text or bytes. Adapters call it on what they fetch, applications on what they write.
 * @throws `invalid_argument` when the value is neither, is empty or has a lone surrogate, or a date is invalid.
 * @example
 * ```ts
 * import { seal } from '@secretkit/core';
 *
 * const token = seal('sk_example', { expiresAt: new Date('2030-01-01') });
 * console.log(`${token}`); // [secret]
 * ```
 */
export function seal(value: string | Uint8Array, meta: SecretMeta = {}): Secret {
  const unknown = unknownKey(meta, metaFields, 'field');
  if (unknown) throw invalid(`seal: ${unknown}`);
  const { expiresAt, refreshAt, createdAt, version } = ownFields(meta);
  if (!['string', 'undefined'].includes(typeof version))
    throw invalid(`version must be a string, got ${kindOf(version)}.`);
  const sealedMeta: SealedMeta = {
    expiresAtMs: checkDate(expiresAt, 'expiresAt'),
    refreshAtMs: checkDate(refreshAt, 'refreshAt'),
    createdAtMs: checkDate(createdAt, 'createdAt'),
    version,
    format: isBytes(value) ? 'base64' : undefined,
  };
  const text: unknown = isBytes(value) ? toBase64(value) : value;
  if (typeof text !== 'string') throw invalid(`value must be a string or bytes, got ${kindOf(text)}.`);
  if (text === '') throw invalid('value must not be empty. Delete the secret instead.');
  if (!text.isWellFormed()) throw invalid('value must not have a lone surrogate.');
  const hasMeta = Object.values(sealedMeta).some((field) => field !== undefined);
  return new SealedSecret(text, hasMeta ? sealedMeta : noMeta);
}

/** Whether this is a `Secret`. True across copies of the package. */
export function isSecret(thing: unknown): thing is Secret<unknown> {
  return typeof thing === 'object' && thing !== null && (thing as { [brand]?: true })[brand] === true;
}

/**
 * Returns the value if this copy of the package sealed it, else a sealed copy: a proxy or a subclass has the brand, too.
 * `undefined` for anything else, and for a mapped value that `seal` would refuse.
 */
export function genuine(thing: unknown): Secret | undefined {
  if (SealedSecret.made(thing)) return thing;
  try {
    return isSecret(thing) ? copyOf(thing as Secret) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the same value, marked as past its freshness since then, and servable until then. For caches. */
export function markStale(secret: Secret, staleSince: Date, staleUntilMs?: number): Secret {
  return withMeta(secret, {
    staleSinceMs: staleSince.getTime(),
    staleUntilMs: staleUntilMs ?? staleUntil(secret), // its giver's bound, when it arrived stale
  });
}

/** Returns when the backend gave the value, in epoch milliseconds: no cache on the way makes it younger. */
export function fetchedAt(secret: Secret): number | undefined {
  return metaOf(secret).fetchedAtMs;
}

/** Returns the same value with the time when the backend gave it. */
export function withFetchedAt(secret: Secret, fetchedAtMs: number): Secret {
  return withMeta(secret, { fetchedAtMs });
}

/** Returns the same value, marked as this process's own, such as that of a lease: it is never stored for other processes. */
export function markLocal(secret: Secret): Secret {
  return withMeta(secret, { isLocal: true });
}

/** Whether the value is this process's own. */
export function isLocal(secret: Secret): boolean {
  return metaOf(secret).isLocal === true;
}

/** Returns how long the cache that gave a stale value would have served it, in epoch milliseconds. */
export function staleUntil(secret: Secret): number | undefined {
  return metaOf(secret).staleUntilMs;
}

/** Whether the value is past its expiry. One before `sinceMs` does not count: the backend's clock decides about it. */
export function hasExpired(secret: Secret<unknown>, nowMs: number, sinceMs: number = -Infinity): boolean {
  const expiresAtMs = secret.expiresAt?.getTime();
  return expiresAtMs !== undefined && sinceMs < expiresAtMs && expiresAtMs <= nowMs;
}

/** Returns the text, or the bytes of a binary value: `seal` makes the same value of it. */
export function contentOf(secret: Secret): string | Uint8Array {
  return secret.format === 'base64' ? secret.bytes() : secret.reveal();
}

/** Whether both hold the same value. The comparison leaves no trace of either. */
export function sameValue(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal() && (one.format === 'base64') === (other.format === 'base64');
}

interface SealedMeta {
  readonly expiresAtMs?: number | undefined;
  readonly refreshAtMs?: number | undefined;
  readonly createdAtMs?: number | undefined;
  readonly version?: string | undefined;
  readonly format?: 'base64' | undefined;
  readonly staleSinceMs?: number | undefined;
  readonly staleUntilMs?: number | undefined;
  readonly fetchedAtMs?: number | undefined;
  readonly isLocal?: true | undefined;
}

const metaFields = ['expiresAt', 'refreshAt', 'createdAt', 'version'] as const;
const hidden: unique symbol = Symbol.for('secretkit.Secret.meta'); // of any copy of the package; it has no value

const noMeta: SealedMeta = ownFields({}); // shared by all values without metadata, which are most of them

// Everything is behind #private: inspection, cloning and serialisation see an object without properties.
class SealedSecret<T> implements Secret<T> {
  readonly #value: T;
  readonly #meta: SealedMeta;

  static {
    const printer = { value: () => '[secret]' };
    Object.defineProperties(this.prototype, {
      [brand]: { value: true },
      toString: printer,
      toJSON: printer,
      [Symbol.for('nodejs.util.inspect.custom')]: printer,
      [Symbol.toStringTag]: { value: 'Secret' },
      [hidden]: {
        get(this: SealedSecret<unknown>) {
          return { ...this.#meta };
        },
      },
    });
    Object.defineProperty(this, 'name', { value: 'Secret' });
  }

  constructor(value: T, meta: SealedMeta) {
    this.#value = value;
    this.#meta = meta;
    Object.freeze(this);
  }

  static made(thing: unknown): thing is Secret {
    if (typeof thing !== 'object' || thing === null || !(#value in thing)) return false;
    const value: unknown = thing.#value;
    const isText = typeof value === 'string' && value !== '' && value.isWellFormed();
    return isText && Object.getPrototypeOf(thing) === SealedSecret.prototype; // a subclass may override anything
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
      const problem = 'parse failed. The reason is withheld: it may quote the value.';
      throw new SecretError('invalid_data', problem);
    }
    const { then } = (parsed ?? {}) as Partial<PromiseLike<unknown>>;
    if (typeof then !== 'function') return new SealedSecret(parsed, { ...this.#meta, format: undefined });
    void then.call(parsed, undefined, () => undefined); // its rejection may quote the value
    throw invalid('map: parse must be synchronous, got a promise.');
  }

  bytes(): Uint8Array {
    const value: unknown = this.#value;
    if (typeof value !== 'string')
      throw new SecretError('unsupported', 'bytes: the mapped value must be a string.');
    return this.#meta.format === 'base64' ? fromBase64(value) : new TextEncoder().encode(value);
  }

  get format(): 'text' | 'base64' {
    return this.#meta.format ?? 'text';
  }
  // A new Date each time: dates are mutable, and one value has many readers.
  get expiresAt(): Date | undefined {
    return toDate(this.#meta.expiresAtMs);
  }
  get refreshAt(): Date | undefined {
    return toDate(this.#meta.refreshAtMs);
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

function metaOf(secret: Secret): SealedMeta {
  const meta = (secret as { [hidden]?: SealedMeta })[hidden];
  if (meta) return meta;
  const { expiresAt, createdAt, version, staleSince } = secret; // of an older copy of the package
  const [expiresAtMs, createdAtMs, staleSinceMs] = [expiresAt, createdAt, staleSince].map(timeOf);
  return { expiresAtMs, createdAtMs, version, staleSinceMs };
}

function copyOf(secret: Secret): Secret {
  const { expiresAt, refreshAt, createdAt, version, staleSince } = secret;
  const { staleUntilMs, fetchedAtMs, isLocal } = metaOf(secret);
  const copy = seal(contentOf(secret), { expiresAt, refreshAt, createdAt, version });
  const staleSinceMs = checkDate(staleSince, 'staleSince');
  return withMeta(copy, { staleSinceMs, staleUntilMs, fetchedAtMs, isLocal });
}

function withMeta(secret: Secret, changes: SealedMeta): Secret {
  return new SealedSecret(secret.reveal(), { ...metaOf(secret), ...changes });
}

// By its tag: it may be a Buffer, or of another realm.
function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]';
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

const fromBase64 = (text: string) => Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0));

const toDate = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms));

function checkDate(date: Date | undefined, field: string): number | undefined {
  if (date === undefined) return undefined;
  const ms = timeOf(date);
  if (ms !== undefined) return ms;
  const got = (date as unknown) instanceof Date ? 'an invalid one' : kindOf(date);
  throw invalid(`${field} must be a valid Date, such as new Date(ms), got ${got}.`);
}

/** Returns the time of a valid date, in epoch milliseconds. By its method: a Date may be of another realm. */
export function timeOf(date: unknown): number | undefined {
  const ms: unknown = (date as Partial<Date> | null | undefined)?.getTime?.();
  return typeof ms === 'number' && Math.abs(ms) <= 8.64e15 ? ms : undefined; // the range of a Date
}

import type { Layer, SecretProvider } from '../contract/provider.js';
import type { SecretRef, SecretScope } from '../contract/ref.js';
import type { Secret } from '../contract/secret.js';
import type { Capability, SecretError } from '../contract/secret-error.js';

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Options of a read. */
export interface ReadOptions extends CallOptions {
  /** Read from the backend, even if there is a copy in memory. @defaultValue false */
  readonly fresh?: boolean;
}

/** Options of a write. */
export interface WriteOptions extends CallOptions {
  /** From when on the value is gone. @defaultValue that of the `Secret` that is written, else never */
  readonly expiresAt?: Date | undefined;
}

/** Options of `use`. */
export interface UseOptions extends CallOptions {
  /**
   * Returns whether this failure means that the credential was refused.
   * @defaultValue a `status` or `statusCode` of 401, or a `SecretError` with the code `unauthenticated`
   */
  readonly isAuthFailure?: (error: unknown) => boolean;
}

/** Options of `watch`. */
export interface WatchOptions extends CallOptions {
  /** The period, in milliseconds, from 1 to 2³¹ − 1; up to a tenth of it is subtracted at random. */
  readonly everyMs: number;
}

/** Options of `list`. */
export interface ListOptions extends CallOptions {
  /** Whose names. @defaultValue the client's scope, else the provider's default */
  readonly scope?: SecretScope;
}

/** Secrets to read, under keys of your own: `{ db: 'DATABASE_URL', hook: { name, scope } }`. */
export type RefsByKey = Readonly<Record<string, string | SecretRef>>;

/** The methods of every client. */
export interface ReadMethods {
  /**
   * Returns the secret, or `undefined` if it does not exist or has expired. A name is in the client's scope.
   *
   * @throws `invalid_argument` before any I/O; any failure of the provider; the signal's reason.
   */
  get(ref: string | SecretRef, options?: ReadOptions): Promise<Secret | undefined>;

  /**
   * Returns the secret.
   *
   * @throws `not_found` if it does not exist, else as `get`.
   */
  require(ref: string | SecretRef, options?: ReadOptions): Promise<Secret>;

  /**
   * Returns several secrets under keys of your own. Secrets of one scope are one backend call where the backend can do that.
   *
   * @throws The first failure, in the order of the keys, else as `get`.
   * @example
   * ```ts
   * import { createSecrets } from '@secretkit/core';
   * import { envSecrets } from '@secretkit/env';
   *
   * const { db, hook } = await createSecrets(envSecrets()).getMany({ db: 'DATABASE_URL', hook: 'HOOK_SECRET' });
   * ```
   */
  getMany<R extends RefsByKey>(
    refs: R,
    options?: ReadOptions,
  ): Promise<{ readonly [K in keyof R]: Secret | undefined }>;

  /** Returns the same with each failure under its key. Rejects only for an abort and for malformed refs. */
  getManySettled<R extends RefsByKey>(
    refs: R,
    options?: ReadOptions,
  ): Promise<{ readonly [K in keyof R]: Secret | SecretError | undefined }>;

  /** Returns the secret if it is in memory and fresh, without I/O. `undefined` says nothing about the backend. */
  peek(ref: string | SecretRef): Secret | undefined;

  /** Removes the copies of one secret, or of all in this client's scope, from memory. The next read asks the backend. */
  invalidate(ref?: string | SecretRef): void;

  /**
   * Calls `run` with the secret. If that fails because the credential was refused, the secret may have been rotated: it is
   * read again, once for any number of concurrent failures, and if it has changed, `run` is called once more. If the store
   * has no other value, it is not asked about this one again for `authCooldownMs`.
   *
   * @throws `not_found` if the secret does not exist; the failure of `run`; the signal's reason.
   * @example
   * ```ts
   * import type { SecretsReader } from '@secretkit/core';
   *
   * export const callPartner = (secrets: SecretsReader) =>
   *   secrets.use('partner-token', async (token) => {
   *     const headers = { authorization: `Bearer ${token.reveal()}` };
   *     const response = await fetch('https://partner.example/orders', { headers });
   *     if (!response.ok) throw Object.assign(new Error('refused'), { status: response.status });
   *     return response.json();
   *   });
   * ```
   */
  use<T>(ref: string | SecretRef, run: (secret: Secret) => Promise<T> | T, options?: UseOptions): Promise<T>;

  /**
   * Calls the listener for every value that replaces another one, whichever read found it. Its exceptions are ignored.
   *
   * @returns A `Disposable` that ends it.
   * @throws `unsupported` without a cache in the stack; `invalid_argument`.
   */
  onChange(ref: string | SecretRef, listener: (secret: Secret) => void): Disposable;

  /**
   * Reads secrets periodically, through the cache, so that `onChange` reports rotations that no other read would find: for
   * pools that read their password once. Its timer does not keep the process alive.
   *
   * @returns A `Disposable` that ends it; so do `signal` and `close()`.
   * @throws `unsupported` without a cache in the stack; `invalid_argument`.
   * @example
   * ```ts
   * import type { SecretsReader } from '@secretkit/core';
   *
   * export function keepPool(secrets: SecretsReader, reconnect: (password: string) => void): void {
   *   secrets.onChange('db-password', (password) => reconnect(password.reveal()));
   *   secrets.watch(['db-password'], { everyMs: 60_000 });
   * }
   * ```
   */
  watch(refs: readonly (string | SecretRef)[], options: WatchOptions): Disposable;

  /** Whether the backend supports it. A method that it does not support throws `unsupported`. */
  can(capability: Capability): boolean;

  /** The layers of the stack, outermost first, for `layersOf`. */
  readonly layers?: readonly Layer[];
}

/** The scope of a client: an object, or a function that is called at the first use, such as for a request's tenant. */
export type ScopeSource = SecretScope | (() => SecretScope);

/**
 * A client that reads. Every `Secrets` is one, whatever the backend: the type for code that only needs values.
 *
 * @example
 * ```ts
 * import type { SecretsReader } from '@secretkit/core';
 *
 * export async function connect(secrets: SecretsReader) {
 *   const url = await secrets.require('DATABASE_URL');
 *   return new URL(url.reveal()).host;
 * }
 * ```
 */
export interface SecretsReader extends ReadMethods {
  /** Returns this client within a scope; see `Secrets.scoped`. */
  scoped(scope: ScopeSource): SecretsReader;
}

/** The method of a client whose backend lists. */
export interface ListMethods {
  /**
   * Yields every name of a scope, never a value. Each page is one call, made when the iteration reaches it.
   *
   * @throws `unsupported`, during iteration, if the backend cannot list.
   */
  list(options?: ListOptions): AsyncIterable<SecretRef>;
}

/** The method of a client whose backend writes. */
export interface SetMethods {
  /**
   * Creates or replaces a secret, value and expiry together.
   *
   * @throws `invalid_argument` before any I/O for an empty value or a past expiry; `unsupported` if the backend cannot write.
   */
  set(ref: string | SecretRef, value: string | Secret, options?: WriteOptions): Promise<void>;
}

/** The method of a client whose backend deletes. */
export interface DeleteMethods {
  /**
   * Deletes a secret; a missing one is fine.
   *
   * @throws `unsupported` if the backend cannot delete.
   */
  delete(ref: string | SecretRef, options?: CallOptions): Promise<void>;
}

/** `true` if no member of the union can do it: then a call would always be a mistake. */
type KnownAbsent<P, C extends Capability> = [
  P extends unknown ? (C extends keyof P ? false : true) : never,
] extends [true]
  ? true
  : false;

type Unless<Absent extends boolean, Methods> = Absent extends true ? unknown : Methods;

/** The methods that a provider is not known to lack. */
export type AbilityMethods<P> = Unless<KnownAbsent<P, 'list'>, ListMethods> &
  Unless<KnownAbsent<P, 'set'>, SetMethods> &
  Unless<KnownAbsent<P, 'delete'>, DeleteMethods>;

/** A client within one scope, for code that serves one tenant. It shares the stack and cannot close it. */
export type ScopedSecrets<P extends SecretProvider = SecretProvider> = ReadMethods &
  AbilityMethods<P> & {
    /** Returns a client within a narrower scope, which may add a field and never change one. */
    scoped(scope: ScopeSource): ScopedSecrets<P>;
  };

/**
 * The client that an application holds. A method that the backend is known not to have does not compile; where the type
 * does not know (a union, a plain `SecretProvider`), it throws `unsupported`.
 */
export type Secrets<P extends SecretProvider = SecretProvider> = ScopedSecrets<P> &
  AsyncDisposable & {
    /**
     * Returns this client within a scope. It refuses a ref that names another account or user. A function is called at the
     * first use and its scope kept; if it throws or its scope is empty, that call fails and the next one calls it again.
     *
     * @throws `invalid_argument` for an empty scope, and for a field that is present without a value: a tenant's id that
     * failed to load must not mean the default tenant.
     */
    scoped(scope: ScopeSource): ScopedSecrets<P>;
    /** Releases what the stack holds, outer layers first. Later calls are `closed`. Closing twice is fine. */
    close(): Promise<void>;
  };

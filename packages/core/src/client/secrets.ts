import type { Capability, SecretProvider } from '../provider.js';
import type { SecretRef, SecretScope } from '../ref.js';
import type { Secret } from '../secret.js';
import type { SecretError } from '../secret-error.js';

/** How one call is made. */
export interface CallOptions {
  /** Ends the call when it fires: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How one read is made. */
export interface ReadOptions extends CallOptions {
  /**
   * Ask the backend, even if a copy is at hand.
   * @defaultValue false
   */
  readonly fresh?: boolean;
}

/** How a value is written. */
export interface WriteOptions extends CallOptions {
  /** From when on the value is gone. A `Secret` that is written brings its own. */
  readonly expiresAt?: Date | undefined;
}

/** How a credential is used. */
export interface UseOptions extends CallOptions {
  /**
   * Does this failure say that the credential was refused?
   * @defaultValue a `status` or `statusCode` of 401, or a `SecretError` that is `unauthenticated`
   */
  readonly isAuthFailure?: (error: unknown) => boolean;
}

/** How secrets are watched. */
export interface WatchOptions extends CallOptions {
  /** How often they are read, in milliseconds; chance takes off up to a tenth. From 1 to 2³¹ − 1. */
  readonly everyMs: number;
}

/** Which names to list. */
export interface ListOptions extends CallOptions {
  /** Whose names. @defaultValue the client's scope, else the provider's default */
  readonly scope?: SecretScope;
}

/** Which secrets to read, under names of your own: `{ db: 'DATABASE_URL', hook: { name, scope } }`. */
export type RefsByKey = Readonly<Record<string, string | SecretRef>>;

/** What every client can do. */
export interface ReadMethods {
  /**
   * The secret, or `undefined` if there is none or it has expired. A name means the client's scope.
   *
   * @throws `invalid_argument` before any I/O; what the provider throws; the signal's reason.
   */
  get(ref: string | SecretRef, options?: ReadOptions): Promise<Secret | undefined>;

  /**
   * The secret.
   *
   * @throws `not_found` if there is none, else as `get`.
   */
  require(ref: string | SecretRef, options?: ReadOptions): Promise<Secret>;

  /**
   * Several secrets under keys of your own. Secrets of one scope are one backend call where the backend can do that.
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

  /** The same, each failure under its key. Rejects for an abort and for malformed refs only. */
  getManySettled<R extends RefsByKey>(
    refs: R,
    options?: ReadOptions,
  ): Promise<{ readonly [K in keyof R]: Secret | SecretError | undefined }>;

  /** The secret if it is fresh and in memory right now, without any I/O. `undefined` says nothing about the backend. */
  peek(ref: string | SecretRef): Secret | undefined;

  /** Forgets the copies of one secret, or of all in this client's scope. The next read asks the backend. */
  invalidate(ref?: string | SecretRef): void;

  /**
   * Runs something with the secret. If that fails because the credential was refused, the secret may have been rotated: it
   * is read anew, once for any number of concurrent failures, and if it has changed, `run` is run once more. A credential
   * that is refused and that the store had no better one for is not asked for again for a while (`authCooldownMs`).
   *
   * @throws `not_found` if there is no secret; what `run` throws; the signal's reason.
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
   * Tells of every value that replaces another one, whoever caused it to be read; what the listener throws is ignored.
   *
   * @returns What ends it.
   * @throws `unsupported` if there is no cache in the stack; `invalid_argument`.
   */
  onChange(ref: string | SecretRef, listener: (secret: Secret) => void): Disposable;

  /**
   * Reads secrets again and again, through the cache, so that `onChange` is told of rotations that nobody else would meet:
   * for pools that read their password once. Its timer is the only one, and keeps no process alive.
   *
   * @returns What ends it; so do `signal` and `close()`.
   * @throws `unsupported` if there is no cache in the stack; `invalid_argument`.
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

  /** Is the backend able to? A method that it is not able to do throws `unsupported`. */
  can(capability: Capability): boolean;
}

/**
 * A client that reads. Whatever the backend, a `Secrets` is one: the type for code that only needs values.
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
  /** This client within a scope; see `Secrets.scoped`. */
  scoped(scope: SecretScope): SecretsReader;
}

/** What a client can do where the backend lists. */
export interface ListMethods {
  /**
   * Every name of a scope, page after page as you iterate, never a value.
   *
   * @throws `unsupported`, while iterating, if the backend cannot list.
   * @example
   * ```ts
   * import { createSecrets } from '@secretkit/core';
   * import { memorySecrets } from '@secretkit/memory';
   *
   * const secrets = createSecrets(memorySecrets({ initial: { token: 'example' } }));
   * for await (const ref of secrets.list()) console.log(ref.name); // token
   * ```
   */
  list(options?: ListOptions): AsyncIterable<SecretRef>;
}

/** What a client can do where the backend writes. */
export interface SetMethods {
  /**
   * Creates or replaces a secret, value and expiry together.
   *
   * @throws `invalid_argument` before any I/O for an empty value or an expiry in the past; `unsupported` if the backend
   * cannot write.
   */
  set(ref: string | SecretRef, value: string | Secret, options?: WriteOptions): Promise<void>;
}

/** What a client can do where the backend deletes. */
export interface DeleteMethods {
  /**
   * Deletes a secret; deleting a missing one is fine.
   *
   * @throws `unsupported` if the backend cannot write.
   */
  delete(ref: string | SecretRef, options?: CallOptions): Promise<void>;
}

/** `true` if no member of the union can do it: then a call would be a mistake for certain. */
export type KnownAbsent<P, C extends Capability> = [
  P extends unknown ? (C extends keyof P ? false : true) : never,
] extends [true]
  ? true
  : false;

/** The methods, unless they are known to be absent. */
export type Unless<Absent extends boolean, Methods> = Absent extends true ? unknown : Methods;

/** The methods that a provider is not known to lack. */
export type AbilityMethods<P> = Unless<KnownAbsent<P, 'list'>, ListMethods> &
  Unless<KnownAbsent<P, 'set'>, SetMethods> &
  Unless<KnownAbsent<P, 'delete'>, DeleteMethods>;

/** A client that acts within one scope, for code that serves one tenant. It shares the stack and cannot close it. */
export type ScopedSecrets<P extends SecretProvider = SecretProvider> = ReadMethods &
  AbilityMethods<P> & {
    /** Within a narrower scope: it may add a field, never change one. */
    scoped(scope: SecretScope): ScopedSecrets<P>;
  };

/**
 * The client that an application holds. A method that the backend is known not to have does not compile; where the type
 * does not know (a union, a plain `SecretProvider`), it throws `unsupported`.
 */
export type Secrets<P extends SecretProvider = SecretProvider> = ReadMethods &
  AbilityMethods<P> &
  AsyncDisposable & {
    /**
     * This client within a scope. A ref that names another account or user is refused.
     *
     * @throws `invalid_argument` for an empty scope, and for a field that is present without a value: a tenant's id that
     * failed to load must not mean the default tenant.
     */
    scoped(scope: SecretScope): ScopedSecrets<P>;
    /** Releases what the stack holds, outer layers first. Later calls are `closed`. Closing twice is fine. */
    close(): Promise<void>;
  };

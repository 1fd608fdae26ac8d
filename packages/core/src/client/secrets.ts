import type { Answer, Layer, SecretProvider, SecretVersion, SetResult } from '../contract/provider.js';
import type { SecretRef, SecretScope } from '../contract/ref.js';
import type { Secret } from '../contract/secret.js';
import type { Capability } from '../contract/secret-error.js';
import type { Explanation } from './explain.js';
import type { SecretInput } from './fields.js';
import type { Health } from './health.js';

export interface CallOptions {
  /** Cancels the call: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends CallOptions {
  /** Read from the backend, even if there is a copy in memory. @defaultValue false */
  readonly fresh?: boolean;
}

export interface WriteOptions extends CallOptions {
  /** The moment from which on the value is gone. @defaultValue that of the `Secret` that is written, else never */
  readonly expiresAt?: Date | undefined;
}

export interface UseOptions extends CallOptions {
  /** The HTTP statuses that mean that the credential was refused. @defaultValue `[401]` */
  readonly authFailure?: readonly number[];
  /**
   * Returns whether this exception, or this response that `run` returned, means that the credential was refused.
   * @defaultValue those of `authFailure`; the codes of PostgreSQL, MySQL, Redis, MongoDB and Kafka; `unauthenticated`
   */
  readonly isAuthFailure?: (failure: unknown) => boolean;
}

export interface WatchOptions extends CallOptions {
  /** The period, in milliseconds, from 1 to 2³¹ − 1; up to a tenth of it is subtracted at random. */
  readonly everyMs: number;
}

export interface HealthOptions {
  /** The secrets that must have a value that may be served now. @defaultValue none */
  readonly required?: readonly SecretInput[];
}

export interface ListOptions extends CallOptions {
  /** The scope of the names. @defaultValue the client's scope, else the provider's default */
  readonly scope?: SecretScope;
}

/** Secrets to read, under keys of your own: `{ db: 'DATABASE_URL', hook: { name, scope } }`. */
export type RefsByKey = Readonly<Record<string, SecretInput>>;
/** One answer under each of these keys. */
export type ByKey<R, T> = Readonly<Record<keyof R, T>>;

/** The scope of a client: an object, or a function that is called at the first use, such as for a request's tenant. */
export type ScopeSource = SecretScope | (() => SecretScope);

/** A client that reads: the type for code that only needs values. A `ref` is a name in the client's scope, or a `SecretRef`. */
export interface SecretsReader {
  /** Returns the secret, or `undefined` if it does not exist or has expired. @throws A `SecretError`, or the signal's reason. */
  get(ref: SecretInput, options?: ReadOptions): Promise<Secret | undefined>;
  /** Returns the secret. @throws `not_found` if it does not exist, else as `get`. */
  require(ref: SecretInput, options?: ReadOptions): Promise<Secret>;
  /** Returns several secrets under keys of your own. @throws The first failure, in the order of the keys, else as `get`. */
  getMany<R extends RefsByKey>(refs: R, options?: ReadOptions): Promise<ByKey<R, Secret | undefined>>;
  /** Returns the same with each failure under its key. Rejects only for an abort and for malformed refs. */
  getManySettled<R extends RefsByKey>(refs: R, options?: ReadOptions): Promise<ByKey<R, Answer>>;
  /** Returns the secret if it is in memory and fresh, without I/O. `undefined` says nothing about the backend. */
  peek(ref: SecretInput): Secret | undefined;
  /**
   * Returns what the next read of a secret gets, and why: state, age, deadlines, the last failure. No I/O, and never a value.
   * `String(explanation)` is five lines for people; it is JSON, too.
   */
  explain(ref: SecretInput): Explanation;
  /**
   * Returns the state of the stack, for probes: each layer's counts, and whether the stack is ready and degraded. No I/O.
   * @throws `invalid_argument` for malformed refs.
   */
  health(options?: HealthOptions): Health;
  /** Removes the copies of one secret, or of all in this client's scope, from memory. The next read asks the backend. */
  invalidate(ref?: SecretInput): void;
  /**
   * Calls `run` with the secret. If the credential is refused, the secret is read again, once for any number of concurrent
   * failures, and if it has been rotated, `run` is called once more.
   * @throws `not_found` if the secret does not exist; the failure of `run`; the signal's reason.
   * @example
   * ```ts
   * import type { SecretsReader } from '@secretkit/core';
   *
   * export const openPool = (secrets: SecretsReader, connect: (password: string) => Promise<void>) =>
   *   secrets.use('db-password', (password) => connect(password.reveal())); // again if it rejects with a status of 401
   * ```
   */
  use<T>(ref: SecretInput, run: (secret: Secret) => Promise<T> | T, options?: UseOptions): Promise<T>;
  /** Calls the listener for each value that replaces another one. @throws `unsupported` without a cache in the stack. */
  onChange(ref: SecretInput, listener: (secret: Secret) => void): Disposable;
  /**
   * Reads secrets periodically, through the cache, so that `onChange` reports rotations that no other read would find. Ends
   * with its `Disposable`, `signal` or `close()`. Its timer does not keep the process alive.
   * @throws `unsupported` without a cache in the stack, and on Cloudflare Workers.
   */
  watch(refs: readonly SecretInput[], options: WatchOptions): Disposable;
  /** Whether the backend supports it. A method that it does not support throws `unsupported`. */
  can(capability: Capability): boolean;
  /** The layers of the stack, outermost first, for `layersOf`. */
  readonly layers?: readonly Layer[];
  /** Returns this client within a scope; see `ScopedSecrets.scoped`. */
  scoped(scope: ScopeSource): SecretsReader;
}

/** The methods of a client that need a capability of the backend. Without it they throw `unsupported`. */
export interface CapabilityMethods {
  /** Yields every name of a scope, never a value. Each page is one call, made when the iteration reaches it. */
  list(options?: ListOptions): AsyncIterable<SecretRef>;
  /** Creates or replaces a secret, value and expiry together. @throws `invalid_argument` before any I/O. */
  set(
    ref: string | SecretRef,
    value: string | Uint8Array | Secret,
    options?: WriteOptions,
  ): Promise<SetResult>;
  /**
   * Writes if the current version is `expected`; `undefined`: if there is no such secret. Repeats itself safely after a failure
   * that leaves the outcome open.
   * @throws `conflict` if another writer was first; `unsupported` if the backend cannot compare.
   */
  compareAndSet(
    ref: string | SecretRef,
    value: string | Uint8Array | Secret,
    expected: string | undefined,
    options?: WriteOptions,
  ): Promise<Required<SetResult>>;
  /** Returns the versions of a secret, newest first, never a value. @throws `unsupported` if the backend has no versions. */
  listVersions(ref: string | SecretRef, options?: CallOptions): Promise<readonly SecretVersion[]>;
  /** Deletes a secret. A missing one is not a failure. */
  delete(ref: string | SecretRef, options?: CallOptions): Promise<void>;
}

/**
 * A client within one scope, for code that serves one tenant. It shares the stack and cannot close it. A method that the
 * type `P` lacks does not compile; one that the backend may lack (a union, a plain `SecretProvider`) throws `unsupported`.
 */
export type ScopedSecrets<P extends SecretProvider = SecretProvider> = Omit<SecretsReader, 'scoped'> &
  Pick<CapabilityMethods, Extract<P extends unknown ? keyof P : never, keyof CapabilityMethods>> & {
    /**
     * Returns this client within a narrower scope, which may add a field and never change one. A function is called at the
     * first use and its scope kept; if it throws or its scope is empty, that call fails and the next one calls it again.
     * @throws `invalid_argument` for an empty scope, and for a field without a value: a tenant's id that failed to load.
     */
    scoped(scope: ScopeSource): ScopedSecrets<P>;
  };

/** The client that an application holds. */
export type Secrets<P extends SecretProvider = SecretProvider> = ScopedSecrets<P> &
  AsyncDisposable & {
    /** Releases what the stack holds, outer layers first. Later calls are `closed`. Closing twice is fine. */
    close(): Promise<void>;
  };

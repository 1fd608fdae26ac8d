import type { SecretProvider, SecretRef, SecretScope } from '@secretkit/core/provider';
import type { FaultName } from './fault-codes.js';

/** Connects the suite to an adapter and to the backend behind it. */
export interface Harness {
  readonly traits: BackendTraits;
  /** Must return a new provider on an empty backend. The suite calls it for every case, and closes the result. */
  open(): Promise<Fixture> | Fixture;
}

/**
 * Traits of a backend that the adapter cannot change. A trait adds cases, or adapts them; no trait skips a case that the
 * backend can be tested for.
 */
export interface BackendTraits {
  /** The fields of a scope that the backend separates. A ref with another field must be missing. */
  readonly scopes: readonly (keyof SecretScope)[];
  /** The resolution of its expiry, in milliseconds. @defaultValue nothing expires */
  readonly expiryResolutionMs?: number;
  /** The largest value, in characters. @defaultValue too large for a test */
  readonly maxValueLength?: number;
  /** The largest number of secrets in one scope. @defaultValue more than a hundred */
  readonly maxSecrets?: number;
  /** Folds a name; two names with the same result are one secret. @defaultValue every name is its own */
  readonly fold?: (name: string) => string;
  /**
   * Whether the backend can hold a secret of this name. The provider must refuse any other one with `invalid_argument`.
   * @defaultValue every name
   */
  readonly isName?: (name: string) => boolean;
  /** The faults that the fixture can cause. @defaultValue none */
  readonly faults?: readonly FaultName[];
  /** Whether the backend holds only texts. Then a binary value must be refused before any call. @defaultValue false */
  readonly textOnly?: boolean;
  /** Whether the fixture can make the backend hang. @defaultValue false */
  readonly hangs?: boolean;
}

/** A provider, and control over its backend. */
export interface Fixture {
  readonly provider: SecretProvider;
  /** Returns the time of the backend and of the provider, in epoch milliseconds. */
  now(): number;
  /** Advances both clocks. */
  advance(ms: number): void;
  /** Creates or replaces a secret without the provider. Must reject if the backend cannot hold it. */
  put(ref: SecretRef, value: string, expiresAt?: Date): Promise<unknown>;
  /** Creates or replaces a secret of bytes without the provider. Absent for a backend that holds only texts. */
  putBytes?(ref: SecretRef, value: Uint8Array): Promise<unknown>;
  /** Deletes a secret without the provider. */
  remove(ref: SecretRef): Promise<void>;
  /** Returns the number of calls that the backend has received. */
  calls(): number;
  /** Makes every later call fail with this fault. Required for each of `traits.faults`. */
  fault?(name: FaultName): Promise<void> | void;
  /**
   * Makes the next write that reaches the backend fail with `unavailable`: before it is applied, or after. Only for providers
   * with `compareAndSet`.
   */
  loseWrite?(moment: 'before' | 'after'): void;
  /** Returns whether the backend has revoked a leased credential. Only for providers with `hold`. */
  isRevoked?(ref: SecretRef, version: string): Promise<boolean> | boolean;
  /** Makes every later call hang. Required with `traits.hangs`. */
  hang?(): void;
  /** Returns the number of calls that the backend has in flight. */
  pending?(): number;
  /** The credential of the adapter. The suite checks that it does not appear in errors and objects. */
  readonly credential?: string;
  close?(): Promise<void>;
}

import type { SecretProvider, SecretRef, SecretScope } from '@secretkit/core/provider';
import type { FaultName } from './fault-codes.js';

/** How the suite gets at an adapter and at the backend behind it. */
export interface Harness {
  readonly facts: BackendFacts;
  /** A fresh provider on an empty backend. The suite calls it for every case, and closes what it gets. */
  open(): Promise<Fixture> | Fixture;
}

/** What is so about a backend, and no choice of the adapter's. No fact skips a case that the backend could be asked. */
export interface BackendFacts {
  /** The fields of a scope that the backend keeps apart. A ref with another field must be missing. */
  readonly scopes: readonly (keyof SecretScope)[];
  /** One step of its expiry, in milliseconds. Absent where nothing expires. */
  readonly expiryResolutionMs?: number;
  /** The longest value, in characters. Absent where no test could reach it. */
  readonly maxValueLength?: number;
  /** The most secrets in one scope. Absent where it holds more than a hundred. */
  readonly maxSecrets?: number;
  /** How names are folded; two names that fold together are one secret. Absent where every name is itself. */
  readonly fold?: (name: string) => string;
  /** The ways in which `fault` can make it fail. @defaultValue none */
  readonly faults?: readonly FaultName[];
  /** Can `hang` make it hang? @defaultValue false */
  readonly hangs?: boolean;
}

/** A provider, and its backend's back door. */
export interface Fixture {
  readonly provider: SecretProvider;
  /** The backend's clock and the provider's, in epoch milliseconds. */
  now(): number;
  /** Moves both on. */
  advance(ms: number): void;
  /** Creates or replaces a secret without the provider. Rejects if the backend cannot hold it. */
  put(ref: SecretRef, value: string, expiresAt?: Date): Promise<void>;
  /** Deletes a secret without the provider. */
  remove(ref: SecretRef): Promise<void>;
  /** How many calls the backend has had. */
  calls(): number;
  /** Makes every call from now on fail in this way. There for each of `facts.faults`. */
  fault?(name: FaultName): Promise<void> | void;
  /** Makes every call from now on wait for ever. */
  hang?(): void;
  /** How many calls the backend has begun and not ended. */
  pending?(): number;
  /** What the adapter proves itself with, so that it can be looked for where it must not be. */
  readonly credential?: string;
  close?(): Promise<void>;
}

import type { Secret, SecretRef } from '@secretkit/core/provider';

/** A credential that the server made for one reader, and that it deletes when the lease ends. */
export interface Lease {
  readonly id: string;
  /** The credential, as the secret's text. */
  readonly value: string;
  /** The length that the server granted, in milliseconds, from the moment of the answer that it first gave. */
  readonly durationMs: number;
  /** How long ago a proxy got this answer, in milliseconds. @defaultValue 0 */
  readonly ageMs?: number | undefined;
  readonly renewable: boolean;
  /** The login that made it: the lease ends with it. @defaultValue a login that does not end */
  readonly login?: LoginLife | undefined;
}

/** The life of a login: a token. */
export interface LoginLife {
  /** When it ends, unless it is renewed before, in milliseconds of the monotonic clock; `Infinity` if it does not end. */
  readonly endsAtMs: number;
  /** Whether it cannot be renewed again, and another login takes its place before its end. */
  readonly isFinal: boolean;
  /** Asks the server how long it lives. Absent if these fields follow by themselves. */
  refresh?(signal: AbortSignal): Promise<void>;
}

/** What the server granted to a renewal. */
export type Renewal = Pick<Lease, 'durationMs' | 'ageMs'>;

/** The server's part of leases. Each method rejects with a `SecretError`. */
export interface LeaseBackend {
  /**
   * Makes a credential. A secret, if the server answers without a lease; `undefined` if there is no such role. Its answer may come
   * after the signal has fired.
   */
  mint(ref: SecretRef, signal: AbortSignal): Promise<Lease | Secret | undefined>;
  /** Extends a lease, to `incrementMs` from now if the server allows it. `lost`: the server does not know the lease. */
  renew(leaseId: string, incrementMs: number, signal: AbortSignal): Promise<Renewal | 'lost'>;
  /** Ends a lease, and resolves when its credential is deleted. */
  revoke(leaseId: string, signal: AbortSignal): Promise<void>;
}

import type { Operation } from '../api/operation.js';
import type { RateLimitedReason } from '../api/stripe-failures.js';

/** Requests that a fault matches. A missing field matches every request. */
export interface FaultMatch {
  /** Operation of the request. */
  readonly operation?: Operation | undefined;
  /** Account whose secrets the request reads or writes. */
  readonly account?: string | undefined;
  /** Name of the secret. A list request has no name. */
  readonly name?: string | undefined;
}

/** Options of every fault. */
export interface FaultOptions extends FaultMatch {
  /** Number of matching requests that it affects. `Infinity` affects all until the fault is cleared. @defaultValue 1 */
  readonly times?: number | undefined;
  /** Delay before the request continues, in milliseconds. @defaultValue 0 */
  readonly delayMs?: number | undefined;
}

/** Options of the faults that replace the response. */
export interface ReplacingFaultOptions extends FaultOptions {
  /**
   * Whether the request is executed before its response is lost. If so, a retry with the same idempotency key gets the saved
   * response, as from Stripe.
   * @defaultValue false
   */
  readonly executed?: boolean | undefined;
}

/** Options of the faults that can imitate a response of Stripe itself. */
export interface SavedFaultOptions extends ReplacingFaultOptions {
  /**
   * Whether the response of the fault is saved for the idempotency key and replayed. Stripe replays the response of every
   * request that it executed, also a 500.
   * @defaultValue false
   */
  readonly saved?: boolean | undefined;
}

/** Faults that replace the real response. */
export type ReplacingFault =
  | (SavedFaultOptions & {
      readonly kind: 'serverError';
      readonly status?: number | undefined;
      readonly shouldRetry?: boolean | undefined;
    })
  | (SavedFaultOptions & {
      readonly kind: 'reply';
      readonly status: number;
      /** A string is sent unchanged, any other value as JSON. @defaultValue an empty body */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    })
  | (ReplacingFaultOptions &
      (
        | {
            readonly kind: 'rateLimited';
            /** The `Stripe-Rate-Limited-Reason`. @defaultValue 'endpoint-rate' */
            readonly reason?: RateLimitedReason | undefined;
            readonly shouldRetry?: boolean | undefined;
          }
        | { readonly kind: 'lockTimeout' }
        | { readonly kind: 'keyInUse' }
        | { readonly kind: 'unauthorized' }
        | { readonly kind: 'forbidden' }
        | { readonly kind: 'html'; readonly status?: number | undefined }
        | { readonly kind: 'redirect'; readonly location: string; readonly status?: number | undefined }
        | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
        | { readonly kind: 'hang' }
        | { readonly kind: 'reset' }
        | { readonly kind: 'close' }
      ));

/** Faults that change how the real response arrives. The request is always executed. */
export type ShapingFault = FaultOptions &
  (
    | { readonly kind: 'delay'; readonly delayMs: number }
    | { readonly kind: 'hangBody' }
    | {
        readonly kind: 'cutBody';
        /** Sends the body without a `Content-Length`, in HTTP chunks. @defaultValue false */
        readonly chunked?: boolean | undefined;
      }
    | { readonly kind: 'malformedJson' }
    | { readonly kind: 'drip'; readonly intervalMs: number; readonly bytesPerChunk?: number | undefined }
  );

/** A fault for the next matching requests. The README has a table of all kinds. */
export type Fault = ReplacingFault | ShapingFault;

/** Kind of a fault. */
export type FaultKind = Fault['kind'];

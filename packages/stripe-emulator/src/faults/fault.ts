import type { Operation } from '../api/operation.js';
import type { RateLimitedReason } from '../api/stripe-failures.js';

/** Which requests a fault is for; what is left out matches everything. */
export interface FaultMatch {
  /** What is asked of the Secret Store. */
  readonly operation?: Operation | undefined;
  /** The account that the request is about. */
  readonly account?: string | undefined;
  /** The secret's name. Lists have none. */
  readonly name?: string | undefined;
}

/** Options of every fault. */
export interface FaultOptions extends FaultMatch {
  /** How many matching requests it hits. `Infinity` is for all, until cleared. @defaultValue 1 */
  readonly times?: number | undefined;
  /** Waits this many milliseconds before anything else happens to the request. @defaultValue 0 */
  readonly delayMs?: number | undefined;
}

/** Options of the faults that put something in place of the answer. */
export interface ReplacingFaultOptions extends FaultOptions {
  /**
   * Whether the request takes effect before its answer is lost. If so, a retry with the same idempotency
   * key gets the saved answer, as from Stripe.
   * @defaultValue false
   */
  readonly executed?: boolean | undefined;
}

/** Options of the faults that can be what Stripe itself answered. */
export interface SavedFaultOptions extends ReplacingFaultOptions {
  /**
   * Whether the answer is kept for the idempotency key and given again, as Stripe does with what a request that
   * ran has come to, also a 500.
   * @defaultValue false
   */
  readonly saved?: boolean | undefined;
}

/** Faults that put an answer of their own in place of the real one. */
export type ReplacingFault =
  | (SavedFaultOptions & {
      readonly kind: 'serverError';
      readonly status?: number | undefined;
      readonly shouldRetry?: boolean | undefined;
    })
  | (SavedFaultOptions & {
      readonly kind: 'reply';
      readonly status: number;
      /** A string is sent as it is, anything else as JSON. @defaultValue an empty body */
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>> | undefined;
    })
  | (ReplacingFaultOptions &
      (
        | {
            readonly kind: 'rateLimit';
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

/** Faults in how the real answer arrives: the request always takes effect. */
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

/** Something that goes wrong for the next matching requests. The README has a table of the kinds. */
export type Fault = ReplacingFault | ShapingFault;

/** The name of a kind of fault. */
export type FaultKind = Fault['kind'];

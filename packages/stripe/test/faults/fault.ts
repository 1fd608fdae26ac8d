import { errorRules, type Operation, type SecretErrorCode } from '@secretkit/core/provider';
import type { ClientKind } from '../stripe-clients.js';
import { type Handler, serve, type TestServer } from '../test-server.js';

/** How a call ends: with an error, with success, with a missing secret, or not until the caller aborts it. */
export type Outcome = ExpectedError | 'success' | 'missing' | 'pending';

/** An error and its fields. */
export interface ExpectedError {
  readonly code: SecretErrorCode;
  readonly retryable: boolean;
  readonly status?: number;
  readonly vendorCode?: string;
  readonly retryAfterMs?: number;
  /** Set when the response has no request id. */
  readonly anonymous?: true;
}

/** One outcome for all operations, or one for some and another for the others. */
export type Outcomes =
  | Outcome
  | (Readonly<Partial<Record<Operation, Outcome>>> & { readonly others: Outcome });

/** A way in which calls fail. */
export interface Fault {
  /** The name, as the README shows it. */
  readonly name: string;
  readonly serve: () => Promise<TestServer>;
  /** With a client of `createStripeClient`, and with every other client that has no outcome of its own. */
  readonly outcomes: Outcomes;
  /** With a Stripe instance on stripe-node's HTTP client for Node. */
  readonly node?: Outcomes;
  /** With a Stripe instance on stripe-node's fetch client. */
  readonly fetch?: Outcomes;
  /** With stripe-node up to a major version. */
  readonly until?: { readonly major: number; readonly node?: Outcomes; readonly fetch?: Outcomes };
  /** A remark for the README about a Stripe instance of the user's own. */
  readonly note?: string;
  /** Set when stripe-node's HTTP client for Node retries once, although retries are disabled. */
  readonly retriesOnce?: true;
  /** Set when stripe-node loses the status, since it cannot read the body. */
  readonly losesStatus?: true;
  /** Set when stripe-node causes an unhandled rejection. */
  readonly unhandled?: true;
  /** Set when the fault lasts until the timeout: the timeout to use. */
  readonly timeoutMs?: number;
  /** The same fault with a small body, for clients that read the whole body. */
  readonly serveSmall?: () => Promise<TestServer>;
}

/** Returns a function that starts a server with this handler. */
export function serving(handler: Handler): () => Promise<TestServer> {
  return () => serve(handler);
}

/** Returns the expected error for a code, retryable as core's rules say. */
export function fails(
  code: SecretErrorCode,
  status?: number,
  more: Partial<ExpectedError> = {},
): ExpectedError {
  return { code, retryable: errorRules[code].retryable, ...(status !== undefined && { status }), ...more };
}

/** Returns the expected outcome of an operation through a client. */
export function expectedOutcome(
  { outcomes, until, losesStatus, ...fault }: Fault,
  operation: Operation,
  { http, major }: Pick<ClientKind, 'http' | 'major'>,
): Outcome {
  const select = (from: Outcomes): Outcome =>
    typeof from === 'object' && 'others' in from ? (from[operation] ?? from.others) : from;
  if (http === 'hardened') return select(outcomes);
  const own = (until && major <= until.major ? until[http] : undefined) ?? fault[http];
  if (own !== undefined) return select(own);
  const outcome = select(outcomes);
  if (!losesStatus || typeof outcome === 'string') return outcome;
  const { code, retryable, vendorCode } = outcome;
  return { code, retryable, ...(vendorCode !== undefined && { vendorCode }) };
}

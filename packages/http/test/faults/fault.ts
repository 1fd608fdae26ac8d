import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import type { FetchName } from '../fetches.js';
import { type Handler, serve, type TestServer } from '../test-server.js';

/** The error of a request that fails. */
export interface ExpectedError {
  readonly code: SecretErrorCode;
  readonly status?: number;
  readonly vendorCode?: string;
  readonly retryAfterMs?: number;
  readonly retryable?: boolean;
  /** A part of the message. */
  readonly says?: string;
}

/** What a server, or the network, does with a request. */
export interface Fault {
  /** The name, as the README shows it. */
  readonly name: string;
  readonly serve: () => Promise<TestServer>;
  /** The error, or `read`: the value is read. */
  readonly outcome: ExpectedError | 'read';
  /** The error with another `fetch` than the global one, where it differs. */
  readonly with?: Readonly<Partial<Record<FetchName, ExpectedError>>>;
  /** Set when the fault lasts until the timeout: the timeout to use. */
  readonly timeoutMs?: number;
}

/** Returns a function that starts a server with this handler. */
export function serving(handler: Handler): () => Promise<TestServer> {
  return () => serve(handler);
}

/** Returns the expected error for a code. */
export function fails(
  code: SecretErrorCode,
  status?: number,
  more: Partial<ExpectedError> = {},
): ExpectedError {
  return { code, ...(status !== undefined && { status }), ...more };
}

/** Returns the cells of the row that the README shows for a fault. */
export function rowOf({ name, outcome }: Fault): readonly string[] {
  if (outcome === 'read') return [name, 'success', ''];
  const { code, retryable = errorRules[code].retryable, retryAfterMs } = outcome;
  const wait = retryAfterMs === undefined ? '' : `, after ${retryAfterMs} ms`;
  return [name, `\`${code}\``, retryable ? `yes${wait}` : 'no'];
}

import {
  checkFunction,
  isSecretError,
  onAbort,
  ownFields,
  SecretError,
  type SecretErrorDetails,
  throwIfAborted,
} from '@secretkit/core/provider';
import { networkCode } from './network-code.js';
import { checkResponse, detailsOf, type ReadResponse, readResponse } from './read-response.js';
import { uncachedFetch } from './uncached-fetch.js';

export interface BoundedFetchOptions {
  /** The function that takes `fetch` as an option, such as `vaultSecrets`, for messages. */
  readonly owner: string;
  /**
   * The function that sends the requests: a `fetch` of the standard, or of `node-fetch` or `cross-fetch`.
   * @defaultValue the global `fetch`, as it is at the time of a request
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The largest body, in bytes after decompression. @defaultValue 1048576 */
  readonly maxBytes?: number;
  /**
   * Returns the id of a request from the headers of its response, for the details of errors. Accept the format of your server
   * only: a proxy may write anything there.
   * @defaultValue no request id
   */
  readonly requestId?: ((headers: Headers) => string | undefined) | undefined;
  /** Returns the error for a connection that failed. @defaultValue `unavailable` */
  readonly connectionError?: (failure: ConnectionFailure) => SecretError;
}

/** A connection that failed before the response was complete. */
export interface ConnectionFailure {
  /** The host, and the port unless it is the default: `127.0.0.1:8200`. */
  readonly host: string;
  /** A known code of the system, such as `ECONNREFUSED`. */
  readonly networkCode: string | undefined;
  /** The facts of the response, if its headers arrived. */
  readonly details: SecretErrorDetails;
}

/** A request of a `BoundedFetch`. */
export interface BoundedRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, from connecting to the last byte of the response. */
  readonly timeoutMs: number;
}

/**
 * Sends a request, and reads the response to its end.
 *
 * @throws `timeout`; `unavailable` for a failed connection, a redirect, and a body that is too large or not UTF-8;
 * `invalid_argument` for a `fetch` that is unfit; the reason of the signal after an abort.
 */
export type BoundedFetch = (url: string, request: BoundedRequest) => Promise<ReadResponse>;

/**
 * Returns a `fetch` for adapters whose SDK takes an HTTP client. It is bounded in time and size, refuses redirects, asks for
 * `cache: 'no-store'`, and ends with its signal, also while the body is read. Any status but a redirect is a response.
 *
 * @throws `TypeError` for a `fetch` that is not a function.
 */
export function boundedFetch(options: BoundedFetchOptions): BoundedFetch {
  const {
    owner,
    fetch,
    maxBytes = 1_048_576,
    requestId,
    connectionError = connectionFailed,
  } = ownFields(options);
  checkFunction(owner, 'fetch', fetch);
  const send = uncachedFetch(fetch ?? ((url, init) => globalThis.fetch(url, init)));

  return async (url, request) => {
    const { method, headers: given, body, signal, timeoutMs } = ownFields(request);
    throwIfAborted(signal);
    const headers = withoutLength(given);
    const sending = new AbortController(); // fetch would leave a listener on a signal that lives longer
    let details: SecretErrorDetails = {};

    async function exchange(): Promise<ReadResponse> {
      const response: unknown = await send(url, {
        method,
        headers,
        redirect: 'manual',
        signal: sending.signal,
        ...(hasBody(method, body) && { body: body ?? '' }),
      });
      checkResponse(owner, response);
      details = detailsOf(response, requestId);
      return readResponse(owner, response, details, maxBytes);
    }

    let end: (reason: unknown) => void = () => undefined;
    const ended = new Promise<never>((_, reject) => {
      end = reject;
    });
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stop = (): void => undefined;
    try {
      stop = onAbort(signal, end); // the signal of a polyfill may throw
      timer = setTimeout(() => end(timedOut(timeoutMs, details)), timeoutMs);
      // A race, since a custom fetch may ignore its signal.
      return await Promise.race([ended, exchange()]);
    } catch (error) {
      sending.abort(); // the rest of the body is not read
      throwIfAborted(signal);
      if (isSecretError(error)) throw error;
      throw connectionError({ host: hostOf(url), networkCode: networkCode(error), details });
    } finally {
      clearTimeout(timer);
      stop();
    }
  };
}

function connectionFailed(failure: ConnectionFailure): SecretError {
  const problem = `the connection failed: ${placeOf(failure)}. ${unreachable}`;
  return new SecretError('unavailable', problem, { details: failure.details });
}

/** What to do about a connection that failed. */
export const unreachable = 'Check the network and the host, and try again.';

/** Returns where a connection failed, and why, as messages show it: `127.0.0.1:8200 (ECONNREFUSED)`. */
export function placeOf({ host, networkCode }: ConnectionFailure): string {
  return networkCode === undefined ? host : `${host} (${networkCode})`;
}

// Also an empty body, for methods that have one: some runtimes would set a wrong length.
function hasBody(method: string, body: string | undefined): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH' || Boolean(body);
}

// `fetch` sets it. One that is given, as by stripe-node, fails where the package undici has replaced the dispatcher of Node.
function withoutLength(headers: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length');
  return Object.fromEntries(kept);
}

// The constructor of an invalid URL quotes it.
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the URL is invalid';
}

function timedOut(timeoutMs: number, details: SecretErrorDetails): SecretError {
  return new SecretError(
    'timeout',
    `no complete response within ${timeoutMs} ms. Check the network, or increase timeoutMs.`,
    { details },
  );
}

import {
  checkFunction,
  checkNumber,
  checkOptions,
  isSecretError,
  maxDelayMs,
  ownFields,
} from '@secretkit/core/provider';
import { type BaseUrl, checkAllowInsecure, checkBaseUrl } from './base-url.js';
import type { HttpErrors } from './http-error.js';
import { type HttpHeaders, headersOf } from './http-request.js';

export interface HttpOptions {
  /**
   * The function that takes `baseUrl`, `fetch` and the other options from its user, such as `vaultSecrets`, for messages.
   * @defaultValue `createHttp`
   */
  readonly owner?: string;
  /** The URL of the API, with or without a path. `http:` is for this machine only, unless `allowInsecure` is set. */
  readonly baseUrl: string;
  /** Headers of every request, such as one with a credential. @defaultValue none */
  readonly headers?: HttpHeaders | undefined;
  /**
   * The function that sends the requests, for proxies, UNIX sockets, certificates and instrumentation: a `fetch` of the
   * standard, or of `node-fetch` or `cross-fetch`.
   * @defaultValue the global `fetch`, as it is at the time of a request
   */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * The timeout of a request in milliseconds, from 1 to 2³¹ − 1, from connecting to the last byte of the response.
   * @defaultValue 10000
   */
  readonly timeoutMs?: number | undefined;
  /** The largest body of a response, in bytes after decompression. @defaultValue 1048576 */
  readonly maxBytes?: number | undefined;
  /**
   * Allows `http:` to another machine. A listener there reads the credential and all values: Node warns once for each
   * `createHttp`, with the code `SECRETKIT_HTTP_INSECURE`.
   * @defaultValue false
   */
  readonly allowInsecure?: boolean | undefined;
  /**
   * The error table: returns what a failure means.
   * @defaultValue the status decides
   */
  readonly errors?: HttpErrors | undefined;
  /**
   * Returns the id of a request from the headers of its response, for the details of errors. Accept the format of your server
   * only: a proxy may write anything there.
   * @defaultValue no request id
   */
  readonly requestId?: ((headers: Headers) => string | undefined) | undefined;
}

const known = [
  'owner',
  'baseUrl',
  'headers',
  'fetch',
  'timeoutMs',
  'maxBytes',
  'allowInsecure',
  'errors',
  'requestId',
] as const satisfies readonly (keyof HttpOptions)[];

/** Returns the options, without any that they inherit, and the base URL. @throws `TypeError` or `RangeError` for wrong options. */
export function checkHttpOptions(given: HttpOptions): {
  readonly options: HttpOptions;
  readonly base: BaseUrl;
} {
  const { owner = 'createHttp' } = ownFields(given);
  const options = checkOptions(owner, given, known);
  const { baseUrl, headers, timeoutMs = 1, maxBytes = 1, allowInsecure = false, errors, requestId } = options;
  checkNumber(owner, 'timeoutMs', timeoutMs, { min: 1, max: maxDelayMs, whole: true });
  checkNumber(owner, 'maxBytes', maxBytes, { min: 1, max: 2 ** 30, whole: true });
  checkFunction(owner, 'errors', errors);
  checkFunction(owner, 'requestId', requestId);
  checkHeaders(owner, headers);
  checkAllowInsecure(owner, allowInsecure);
  return { options, base: checkBaseUrl(owner, baseUrl, allowInsecure) };
}

function checkHeaders(owner: string, headers: HttpHeaders | undefined): void {
  try {
    headersOf(headers);
  } catch (error) {
    throw isSecretError(error) ? new TypeError(`${owner}: ${error.problem}`) : error;
  }
}

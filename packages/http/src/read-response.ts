import { kindOf, SecretError, type SecretErrorDetails } from '@secretkit/core/provider';
import { bodyChunks, unfitFetch } from './body-chunks.js';
import { fieldsOf } from './fields-of.js';
import { retryAfterMs } from './retry-after.js';

/** A response that was read to its end. */
export interface ReadResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The facts that are safe to log: the status and the request id. */
  readonly details: SecretErrorDetails;
}

/** @throws `invalid_argument` for anything but a response with a status and headers: the `fetch` is unfit. */
export function checkResponse(owner: string, response: unknown): asserts response is Response {
  const { status, headers } = fieldsOf(response);
  const { get, entries } = fieldsOf(headers);
  if (typeof status !== 'number' || typeof get !== 'function' || typeof entries !== 'function')
    throw unfitFetch(owner, `a status and headers, got ${kindOf(response)}`);
}

/** Returns the facts of a response that are safe to log. */
export function detailsOf(
  { status, headers }: Response,
  requestIdOf: ((headers: Headers) => string | undefined) | undefined,
): SecretErrorDetails {
  const requestId = requestIdOf?.(headers);
  return { status, ...(requestId !== undefined && { requestId }) };
}

/** @throws `unavailable` for a redirect, and for a body that is too large or not UTF-8. */
export async function readResponse(
  owner: string,
  response: Response,
  details: SecretErrorDetails,
  maxBytes: number,
): Promise<ReadResponse> {
  const { status, headers, type, body } = response;
  const chunks = bodyChunks(owner, body);
  const refuse = (problem: string): SecretError => {
    chunks?.discard();
    return unreadable({ status, headers, details }, problem);
  };

  if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    const shown = { ...details, status: status || 302 }; // a browser hides it
    chunks?.discard();
    throw unreadable(
      { status: shown.status, headers, details: shown },
      'is a redirect, which is not followed',
    );
  }
  const decoder = new TextDecoder('utf-8', { fatal: true }); // a replaced character would change a value
  let text = '';
  let bytes = 0;
  let isTooLarge = Number(headers.get('content-length')) > maxBytes;
  for (;;) {
    if (isTooLarge) throw refuse(`is larger than ${maxBytes} bytes`);
    const chunk = await chunks?.next();
    bytes += chunk?.byteLength ?? 0; // after decompression: a small body may contain a large one
    isTooLarge = bytes > maxBytes;
    if (isTooLarge) continue;
    try {
      text += decoder.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw refuse('is not UTF-8');
    }
    if (!chunk) return { status, headers, text, details };
  }
}

/**
 * Returns the JSON in a response.
 *
 * @throws `unavailable` for a body that is not JSON, such as the page of a proxy. It is not quoted.
 */
export function jsonOf(response: ReadResponse): unknown {
  const json = parseJson(response.text);
  if (json === undefined) throw unreadable(response, 'is not JSON');
  return json;
}

/** Returns `undefined` for text that is not JSON. The parser's error quotes its input. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns the error for a response that is not from the server that was asked. */
export function unreadable(
  { status, headers, details }: Omit<ReadResponse, 'text'>,
  problem: string,
): SecretError {
  return new SecretError(
    'unavailable',
    `HTTP ${status}: the response ${problem}. Check for a proxy between this host and the server, and try again.`,
    { details, retryAfterMs: retryAfterMs(Object.fromEntries(headers.entries()), Date.now()) },
  );
}

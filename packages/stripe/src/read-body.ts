import { isPlainObject, SecretError, type SecretErrorDetails } from '@secretkit/core/provider';
import { fieldsOf } from './fields-of.js';
import { requestIdOf } from './safe-details.js';
import { stripeError } from './stripe-error.js';

/** Twice the size of a list with the ten largest secrets of a scope. */
const maxBytes = 1_048_576;

/**
 * Returns the JSON object in the body of a response: a result of Stripe, or an error of Stripe.
 *
 * @throws `unavailable` for a redirect, and for a body that is too large or not JSON. For JSON that is not from Stripe: the
 * code of the status, or `invalid_data` when the status is a success. The body is never quoted.
 */
export async function readBody(response: Response): Promise<object> {
  const { status, headers } = response;
  const requestId = headers.get('request-id') ?? undefined;
  const failed = (as = status): SecretError =>
    stripeError({ status: as, requestId, headers: Object.fromEntries(headers) });

  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    discard(response.body);
    throw failed(status || 302);
  }
  const text = await readText(response);
  if (text === undefined) throw unreadable(response, `is larger than ${maxBytes} bytes`);
  const body = parse(text);
  if (body === undefined) throw unreadable(response, 'is not JSON');
  if (isPlainObject(body) && hasExpectedError(response, fieldsOf(body)['error'])) return body;
  if (!response.ok) throw failed();
  throw new SecretError(
    'invalid_data',
    'the response is JSON, but not from Stripe. Check for a proxy between this host and Stripe.',
    { details: detailsOf(response) },
  );
}

/** Returns the facts of a response that are safe to log. */
export function detailsOf({ status, headers }: Response): SecretErrorDetails {
  return { status, ...requestIdOf(headers.get('request-id')) };
}

/** Returns the body as text; `undefined` when it is too large. The rest is not read then. */
async function readText({ body, headers }: Response): Promise<string | undefined> {
  if (!body) return '';
  if (Number(headers.get('content-length')) > maxBytes) {
    discard(body);
    return undefined;
  }
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength; // after decompression: a small body may contain a large one
    if (bytes > maxBytes) {
      discard(reader);
      return undefined;
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}

function discard(body: { cancel(): Promise<void> } | null): void {
  body?.cancel().catch(() => undefined); // not awaited: its failure does not matter
}

/** Returns `undefined` for text that is not JSON. The parser's error quotes its input. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A failed response must have an error: otherwise stripe-node would resolve the request. A successful one must not have an
 * invalid error: stripe-node would crash on it.
 */
function hasExpectedError({ ok }: Response, error: unknown): boolean {
  return isStripeError(error) || (ok && !error);
}

/** An error of the API is an object, an error of OAuth a string. */
function isStripeError(error: unknown): boolean {
  return isPlainObject(error) || (typeof error === 'string' && error !== '');
}

function unreadable(response: Response, problem: string): SecretError {
  return new SecretError(
    'unavailable',
    `HTTP ${response.status}: the response ${problem}. Check for a proxy between this host and Stripe, and try again.`,
    { details: detailsOf(response) },
  );
}

import { SecretError, type SecretErrorDetails } from '@secretkit/core/provider';
import { requestIdOf } from './safe-words.js';
import { stripeError } from './stripe-error.js';

/** Twice what the ten largest secrets of a scope take, with their names and all. */
const maxBytes = 1_048_576;

/**
 * The JSON object in a response's body: Stripe's answer, or Stripe's word on why there is none.
 *
 * @throws `unavailable` for a redirect, and for a body that is too large or not JSON; for JSON that is not Stripe's,
 * what the status says, or `invalid_data` when that says success. No part of a body is quoted.
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
  if (isObject(body) && (response.ok ? !isNonsense(body.error) : isStripesWord(body.error))) return body;
  if (!response.ok) throw failed();
  throw new SecretError(
    'invalid_data',
    "the answer was JSON, and not Stripe's. Check for a proxy in between.",
    {
      details: detailsOf(response),
    },
  );
}

/** What is known of a response that may be told. */
export function detailsOf({ status, headers }: Response): SecretErrorDetails {
  return { status, ...requestIdOf(headers.get('request-id')) };
}

/** The body as text, or nothing when it is too large; the rest is not read then. */
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
    bytes += read.value.byteLength; // unpacked: a small body may hold a large one
    if (bytes > maxBytes) {
      discard(reader);
      return undefined;
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}

function discard(body: { cancel(): Promise<void> } | null): void {
  body?.cancel().catch(() => undefined); // nobody waits for the rest, or for its failure
}

/** `undefined` when it is not JSON. The parser's own error quotes what it reads. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(thing: unknown): thing is { readonly error?: unknown } {
  return typeof thing === 'object' && thing !== null && !Array.isArray(thing);
}

/** An error of the API is an object, one of OAuth a text. Without one, stripe-node would call a failed request a success. */
function isStripesWord(error: unknown): boolean {
  return isObject(error) || (typeof error === 'string' && error !== '');
}

/** What stripe-node would trip over. */
function isNonsense(error: unknown): boolean {
  return Boolean(error) && !isStripesWord(error);
}

function unreadable(response: Response, problem: string): SecretError {
  return new SecretError(
    'unavailable',
    `HTTP ${response.status}: the answer ${problem}. Check for a proxy in between, and try again.`,
    { details: detailsOf(response) },
  );
}

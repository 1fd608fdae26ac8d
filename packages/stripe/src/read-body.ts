import { SecretError } from '@secretkit/core';
import { type StripeFailure, stripeError } from './stripe-error.js';

/** Room for ten times the ten largest secrets that a scope holds. */
const maxBytes = 1_048_576;

/**
 * The JSON object in a response's body.
 *
 * @throws `unavailable` for a redirect, and for a body that is too large or not JSON; for JSON that is no object, what
 * the status says, or `invalid_data` when that says success. No part of a body is quoted.
 */
export async function readBody(response: Response): Promise<object> {
  const { status, headers } = response;
  const requestId = headers.get('request-id') ?? undefined;
  const failure: StripeFailure = { status, requestId, headers: Object.fromEntries(headers) };
  const unreadable = (problem: string): SecretError =>
    new SecretError(
      'unavailable',
      `HTTP ${status}: the answer ${problem}. Check for a proxy in between, and try again.`,
      {
        details: { status, ...(requestId !== undefined && { requestId }) },
      },
    );

  if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
    await response.body?.cancel();
    throw stripeError({ ...failure, status: status || 302 });
  }
  const text = await readText(response);
  if (text === undefined) throw unreadable(`is larger than ${maxBytes} bytes`);
  const body = parse(text);
  if (body === undefined) throw unreadable('is not JSON');
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  if (!response.ok) throw stripeError(failure);
  throw new SecretError(
    'invalid_data',
    'the answer was JSON, and not an object. Check for a proxy in between.',
    {
      details: { status, ...(requestId !== undefined && { requestId }) },
    },
  );
}

/** The body as text, or nothing when it is too large; the rest is not read then. */
async function readText(response: Response): Promise<string | undefined> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    bytes += read.value.byteLength;
    if (bytes > maxBytes) {
      await reader.cancel();
      return undefined;
    }
    text += decoder.decode(read.value, { stream: true });
  }
  return text + decoder.decode();
}

/** `undefined` when it is not JSON. The parser's own error quotes what it reads. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

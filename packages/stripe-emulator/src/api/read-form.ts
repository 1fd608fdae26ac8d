import type { ApiRequest } from './api-request.js';
import { decodeForm, type Form } from './decode-form.js';
import { badEncoding } from './emulator-failures.js';
import { notAForm } from './stripe-failures.js';

/**
 * Returns the parameters of a request: the query of a GET, the query and the body of a POST.
 *
 * @throws `ApiFailure` 400 for a body of another type, and for text that is not percent-encoded UTF-8.
 */
export function readForm({ method, query, headers, body }: ApiRequest): Form {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  const hasBody = method === 'POST' && body !== '';
  if (hasBody && type !== 'application/x-www-form-urlencoded') throw notAForm();
  const text = hasBody && query !== '' ? `${query}&${body}` : hasBody ? body : query;
  if (!isDecodable(text)) throw badEncoding();
  return decodeForm(text);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

import { createHttp } from '../src/create-http.js';
import type { HttpErrors } from '../src/http-error.js';
import type { HttpOptions } from '../src/http-options.js';
import type { Http } from '../src/http-request.js';
import { credential } from './responses.js';

/** The table of an adapter: one code of the vendor. */
const errors: HttpErrors = ({ body }) => {
  const { error } = (body ?? {}) as { readonly error?: { readonly code?: unknown } };
  return error?.code === 'slow_down'
    ? { code: 'rate_limited', problem: 'too many reads. Read less.', vendorCode: 'slow_down' }
    : undefined;
};

/** Returns the client of an adapter of these tests. */
export function clientOf(baseUrl: string, options: Partial<HttpOptions> = {}): Http {
  return createHttp({
    owner: 'testSecrets',
    baseUrl,
    headers: { authorization: `Bearer ${credential}` },
    timeoutMs: 30_000,
    errors,
    requestId: (headers) => /^req_\w+$/.exec(headers.get('request-id') ?? '')?.[0],
    ...options,
  });
}

import { ApiFailure } from '../api/api-failure.js';
import type { ApiRequest } from '../api/api-request.js';
import { matchOperation } from '../api/operation.js';

/** The placeholder of `@stripe/ui-extension-sdk`. The Dashboard accepts no other key. */
const placeholder = 'Bearer DO_NOT_PASS_A_REAL_API_KEY';

/** The headers of an extension that reach the API. The Dashboard sets all others itself. */
const passed: ReadonlySet<string> = new Set(['content-type', 'idempotency-key', 'stripe-version']);

/**
 * Returns the API request in a body `{ path, options }`, which the extension SDK sends to the Dashboard.
 *
 * @throws `ApiFailure` 400 for another body or path, and 401 without the placeholder key.
 */
export function readDashboardRequest(text: string, base: string): ApiRequest {
  const { path, options, ...more } = recordOf(parse(text), 'the body');
  const { method = 'GET', headers = {}, body = '', ...rest } = recordOf(options, 'options');
  const [unknown] = [...Object.keys(more), ...Object.keys(rest)];
  if (unknown !== undefined) {
    throw refused('the body must be { path, options: { method, headers, body } }, got another field');
  }
  if (typeof path !== 'string' || typeof method !== 'string' || typeof body !== 'string') {
    throw refused('path, method and body must be strings, got another type');
  }
  const { pathname, search } = resolvePath(path, base, method);
  return { method, path: pathname, query: search.slice(1), headers: readHeaders(headers), body };
}

/** Resolves a path as a browser does: `//host`, `\\host` and `..` lead elsewhere, and are refused by their result. */
function resolvePath(path: string, base: string, method: string): URL {
  const url = path.startsWith('/') && URL.canParse(path, base) ? new URL(path, base) : undefined;
  if (url?.origin !== new URL(base).origin || matchOperation(method, url.pathname) === undefined) {
    throw refused('method and path must be an operation of the Secret Store, got another request');
  }
  return url;
}

function readHeaders(given: unknown): Record<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(recordOf(given, 'headers'))) {
    const key = name.toLowerCase();
    if (headers.has(key)) throw refused('each header must be sent once, got one twice');
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string' && typeof value !== 'number')
      throw refused('a header must be a string, got another type');
    headers.set(key, String(value));
  }
  if (headers.get('authorization') !== placeholder) throw placeholderRequired();
  if (headers.get('stripe-account') || headers.get('stripe-context')) {
    throw refused(
      'Stripe-Account and Stripe-Context must be absent: the Dashboard decides the account. Got one',
    );
  }
  return Object.fromEntries([...headers].filter(([name]) => passed.has(name)));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused('the body must be JSON, got other text'); // the parser's error quotes it
  }
}

function recordOf(value: unknown, owner: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw refused(`${owner} must be an object, got another type`);
  }
  return { ...value };
}

function refused(problem: string): ApiFailure {
  return new ApiFailure({ status: 400, message: `emulator: ${problem}.` });
}

function placeholderRequired(): ApiFailure {
  return new ApiFailure({
    status: 401,
    message:
      'emulator: API key must be STRIPE_API_KEY of @stripe/ui-extension-sdk/http_client, got another one. A UI extension must not have a real key.',
  });
}

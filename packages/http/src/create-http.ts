import { ownFields, SecretError } from '@secretkit/core/provider';
import { boundedFetch, placeOf } from './bounded-fetch.js';
import { type HttpFailure, httpError } from './http-error.js';
import { checkHttpOptions, type HttpOptions } from './http-options.js';
import {
  checkRequest,
  type Http,
  type HttpAnswer,
  type HttpRequest,
  headersOf,
  urlOf,
} from './http-request.js';
import { jsonOf, parseJson, type ReadResponse, unreadable } from './read-response.js';
import { warnInsecure } from './warn-insecure.js';

/**
 * Returns the HTTP client of an adapter. A request is bounded in time and size, ends with its signal, and follows no redirect.
 * A failure is a `SecretError` by the table of the adapter, and never contains a header, a body or a URL.
 *
 * @throws `TypeError` or `RangeError` for wrong options. A header is never quoted.
 * @example
 * ```ts
 * import { createHttp } from '@secretkit/http';
 *
 * const http = createHttp({ owner: 'vaultSecrets', baseUrl: 'https://vault.example', headers: { 'x-vault-token': 'example' } });
 * const read = (name: string) => http.request({ path: ['v1', 'secret', 'data', name] });
 * ```
 */
export function createHttp(given: HttpOptions): Http {
  const { options, base } = checkHttpOptions(given);
  const {
    owner = 'createHttp',
    headers: common,
    fetch,
    timeoutMs = 10_000,
    maxBytes,
    errors,
    requestId,
  } = options;
  const send = boundedFetch({
    owner,
    fetch,
    requestId,
    ...(maxBytes !== undefined && { maxBytes }),
    connectionError(failed) {
      const failure = { ...noResponse, networkCode: failed.networkCode, headers: new Headers() };
      return httpError(failure, errors?.(failure), failed.details, placeOf(failed));
    },
  });
  if (base.insecure) warnInsecure(owner, 'SECRETKIT_HTTP_INSECURE');

  async function request(given: HttpRequest): Promise<HttpAnswer<string | object | undefined>> {
    const wanted = ownFields(given);
    const { method = 'GET', path, query, headers, body, signal, as = 'json', isAnswer } = wanted;
    checkRequest(wanted);
    const isText = typeof body === 'string' || body === undefined;
    const response = await send(urlOf(base.url, path, query), {
      method,
      headers: headersOf(
        { ...(as === 'json' && { accept: 'application/json' }) },
        { ...(!isText && { 'content-type': 'application/json' }) },
        common,
        headers,
      ),
      body: isText ? body : JSON.stringify(body),
      signal,
      timeoutMs,
    });
    const { status, headers: received, text, details } = response;
    if (isPage(response)) throw unreadable(response, 'is an HTML page');
    const answer = (content: string | object | undefined) => ({ status, headers: received, body: content });
    if (status < 200 || status > 299) {
      const failure: HttpFailure = { ...noResponse, status, headers: received, body: objectIn(text), text };
      if (isAnswer?.(failure)) return answer(as === 'text' ? text : failure.body);
      throw httpError(failure, errors?.(failure), details);
    }
    if (as === 'text') return answer(text);
    return answer(status === 204 || status === 205 ? undefined : jsonObject(response));
  }

  return Object.freeze({ request: request as Http['request'] }); // the type of the body follows `as`
}

const noResponse = { status: undefined, networkCode: undefined, body: undefined, text: '' } as const;

/** Whether it is the page of a proxy: no API answers with one, so neither a table nor a caller gets it. */
function isPage({ headers }: ReadResponse): boolean {
  return /^\s*(text\/html|application\/xhtml)/i.test(headers.get('content-type') ?? '');
}

function objectIn(text: string): object | undefined {
  const json = parseJson(text);
  return typeof json === 'object' && json !== null ? json : undefined;
}

function jsonObject(response: ReadResponse): object {
  const json = jsonOf(response);
  if (typeof json === 'object' && json !== null) return json;
  throw new SecretError(
    'invalid_data',
    'the response is JSON, but not an object. Check the URL, and any proxy between this host and the server.',
    { details: response.details },
  );
}

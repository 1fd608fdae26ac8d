import { invalid, isPlainObject, kindOf } from '@secretkit/core/provider';
import type { HttpFailure } from './http-error.js';

/** Headers of a request, by name. Those that are `undefined` are left out. */
export type HttpHeaders = Readonly<Record<string, string | undefined>>;

/** The query of a URL: each name and value is encoded. Those that are `undefined` are left out. */
export type HttpQuery = Readonly<Record<string, string | number | boolean | undefined>>;

/** One request. */
export interface HttpRequest {
  /** @defaultValue `GET` */
  readonly method?: string;
  /**
   * The segments of the path below `baseUrl`: `['v1', 'secret', 'data', name]`. Each is encoded, so a name cannot leave its
   * place. An empty one at the end is a slash.
   */
  readonly path: readonly string[];
  readonly query?: HttpQuery | undefined;
  /** Headers beside those of `createHttp`, which they replace. */
  readonly headers?: HttpHeaders | undefined;
  /** A text, which is sent as it is, or an object or an array, which is sent as JSON. */
  readonly body?: string | Readonly<Record<string, unknown>> | readonly unknown[] | undefined;
  /** Ends the request when it fires, also while the body is read. Pass `ctx.signal`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How to read the body of an answer.
   * @defaultValue `json`
   */
  readonly as?: 'json' | 'text';
  /**
   * Whether a failure is an answer, such as a 404 for a missing secret. Look at its body too: a proxy has 404s of its own.
   * @defaultValue every failure is an error
   */
  readonly isAnswer?: (failure: HttpFailure) => boolean;
}

/** The answer to a request. */
export interface HttpAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** Sends requests to one server. */
export interface Http {
  /**
   * Sends a request, and returns its answer: a status from 200 to 299, or one that `isAnswer` accepts. The body is a JSON
   * object or array; a text with `as: 'text'`; `undefined` for 204 and 205, and for another body that `isAnswer` accepts.
   *
   * @throws the error of the adapter's table; `timeout`; `unavailable` for a redirect, an HTML page, and a body that is too
   * large, not UTF-8 or not JSON; `invalid_data` for other JSON; `invalid_argument` for a path or a header that cannot be
   * sent, and for a `fetch` that is unfit; the reason of the signal after an abort.
   */
  request(request: HttpRequest & { readonly as: 'text' }): Promise<HttpAnswer<string>>;
  request(request: HttpRequest & { readonly as?: 'json' }): Promise<HttpAnswer<object | undefined>>;
}

/** Returns the URL of a request. @throws `invalid_argument` for a path that a URL cannot hold. */
export function urlOf(base: URL, path: readonly string[], query: HttpQuery = {}): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : `${encoded(name)}=${encoded(String(value))}`,
  );
  const url = [base.href.replace(/\/$/, ''), ...path.map(segment)].join('/');
  return pairs.length > 0 ? `${url}?${pairs.join('&')}` : url;
}

/** Returns headers with names in lower case. @throws `invalid_argument` for one that cannot be sent. It is not quoted. */
export function headersOf(...all: readonly (HttpHeaders | undefined)[]): Record<string, string> {
  const headers = all.flatMap((each) => Object.entries(checkedHeaders(each)));
  const present = headers.filter((each): each is [string, string] => each[1] !== undefined);
  for (const [name, value] of present) {
    if (ofConnection.has(name.toLowerCase())) {
      throw invalid(`the header ${name} must not be set: it belongs to the connection. Omit it.`);
    }
    if (!isHeader(name, value)) {
      throw invalid(
        `${/^[\w-]+$/.test(name) ? `the header ${name}` : 'a header'} must be visible ASCII, and must not be empty. Trim a value that comes from a file.`,
      );
    }
  }
  return Object.fromEntries(present.map(([name, value]) => [name.toLowerCase(), value]));
}

function checkedHeaders(headers: HttpHeaders = {}): HttpHeaders {
  if (isPlainObject(headers)) return headers;
  throw invalid(`headers must be an object of texts by name, got ${kindOf(headers)}.`); // else none would be sent
}

function isHeader(name: string, value: unknown): boolean {
  return /^[\w-]+$/.test(name) && typeof value === 'string' && /^[!-~]([ -~]*[!-~])?$/.test(value);
}

const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @throws `invalid_argument` for a request that cannot be sent: it is a mistake, and not an outage. */
export function checkRequest({ method = 'GET', path, body, signal }: HttpRequest): void {
  if (typeof method !== 'string' || !/^[\w-]+$/.test(method))
    throw invalid('method must be a word, such as GET.');
  if (!Array.isArray(path)) {
    throw invalid(`path must be a list of segments, such as ['v1', name], got ${kindOf(path)}.`);
  }
  if (/^(GET|HEAD)$/i.test(method) && body !== undefined) {
    throw invalid(`body must be omitted for ${method.toUpperCase()}, which has none.`);
  }
  if (
    signal !== undefined &&
    typeof (Object(signal) as Partial<AbortSignal>).addEventListener !== 'function'
  ) {
    throw invalid(`signal must be an AbortSignal, such as controller.signal, got ${kindOf(signal)}.`);
  }
}

// A URL resolves these two, however they are encoded.
function segment(text: unknown): string {
  if (typeof text !== 'string') throw invalid(`path must have texts only, got ${kindOf(text)}.`);
  if (text !== '.' && text !== '..') return encoded(text);
  throw invalid('the name must not have the part "." or "..", which a URL cannot hold. Use another name.');
}

function encoded(text: string): string {
  if (text.isWellFormed()) return encodeURIComponent(text);
  throw invalid('the name must be a well-formed text, got a lone surrogate.');
}

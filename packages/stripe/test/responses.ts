import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { apiKey } from './stripe-clients.js';
import type { Handler } from './test-server.js';

/** The value of every secret of these servers, quoted by every error of theirs. It must not appear anywhere. */
export const canary = 'CANARY-not-a-real-secret';
/** The value that tests write. It must not appear anywhere either. */
export const writtenCanary = 'CANARY-written-not-a-real-secret';
export const requestId = 'req_fault';
/** The name of the secret that tests read. */
export const name = 'db/password';

/** Responds with JSON. */
export function json(
  status: number,
  body: unknown,
  extraHeaders: Readonly<Record<string, string>> = {},
): Handler {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...extraHeaders });
}

/** Responds with this body. */
export function text(
  status: number,
  body: string,
  extraHeaders: Readonly<Record<string, string>> = {},
): Handler {
  return (_, response) => {
    response.writeHead(status, { 'request-id': requestId, ...extraHeaders }).end(body);
  };
}

/** Responds with the HTML page of a proxy, which quotes the value and the key. */
export function html(status: number): Handler {
  return text(status, `<html><body>${canary} ${apiKey}</body></html>`, { 'content-type': 'text/html' });
}

/** Responds with an error of the Stripe API. Its message quotes the value and the key. */
export function error(
  status: number,
  fields: {
    readonly type?: string;
    readonly code?: string;
    readonly param?: string;
    readonly message?: string;
  },
  extraHeaders: Readonly<Record<string, string>> = {},
): Handler {
  const message = `You passed '${canary}' with the key '${apiKey}'.`;
  return json(status, { error: { type: 'invalid_request_error', message, ...fields } }, extraHeaders);
}

/** Responds as Stripe does, with some fields of the secret replaced. */
export function secretResponse(changes: { readonly [field: string]: unknown } = {}): Handler {
  return (request, response) => json(200, bodyFor(request, changes))(request, response);
}

/** Passes Stripe's body to a function that sends it in a wrong way. */
export function mangled(send: (body: string, response: ServerResponse) => void): Handler {
  return (request, response) => send(JSON.stringify(bodyFor(request)), response);
}

const headers = { 'content-type': 'application/json', 'request-id': requestId } as const;

/** Sends a part of the body, then closes the connection. */
export function truncated(kind: 'content-length' | 'chunked'): Handler {
  return mangled((body, response) => {
    response.writeHead(200, kind === 'chunked' ? headers : { ...headers, 'content-length': body.length });
    response.write(body.slice(0, -20), () => response.socket?.destroy());
  });
}

/** Sends one byte per interval, `count` times, then the rest. */
export function drip(everyMs: number, count: number): Handler {
  return mangled((body, response) => {
    response.writeHead(200, { ...headers, 'content-length': body.length });
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < count) {
        response.write(body[sent]);
        sent += 1;
      } else {
        clearInterval(timer);
        response.end(body.slice(sent));
      }
    }, everyMs);
    response.once('close', () => clearInterval(timer));
  });
}

const megabyte = 'x'.repeat(1_048_576);

/** Sends JSON of this size, as fast as the client reads it. */
export function huge(megabytes: number): Handler {
  return (_, response) => {
    response.writeHead(200, headers).write('{"payload":"');
    let sent = 0;
    const sendMore = (): void => {
      while (sent < megabytes && !response.destroyed) {
        sent += 1;
        if (!response.write(megabyte)) {
          response.once('drain', sendMore);
          return;
        }
      }
      if (!response.destroyed) response.end('"}');
    };
    sendMore();
  };
}

/** Sends a small gzip body that decompresses to this size. */
export function gzipped(megabytes: number): Handler {
  // Each member is compressed alone, so the megabyte is compressed once.
  const member = gzipSync(megabyte);
  const members = Array.from({ length: megabytes }, () => member);
  const body = Buffer.concat([gzipSync('{"payload":"'), ...members, gzipSync('"}')]);
  return (_, response) => {
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(body);
  };
}

function bodyFor(request: IncomingMessage, changes: { readonly [field: string]: unknown } = {}): object {
  const secret = { ...secretFor(request), ...changes };
  return isList(request) ? { object: 'list', has_more: false, data: [secret] } : secret;
}

function isList({ method, url = '' }: IncomingMessage): boolean {
  return method === 'GET' && /^\/v1\/apps\/secrets(\?|$)/.test(url);
}

function secretFor({ url = '' }: IncomingMessage): object {
  return {
    id: 'appsecret_1',
    object: 'apps.secret',
    created: 1_700_000_000,
    expires_at: null,
    livemode: false,
    name,
    payload: canary,
    scope: { type: 'account' },
    ...(url.endsWith('/delete') && { deleted: true }),
  };
}

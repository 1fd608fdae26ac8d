import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { apiKey } from './stripe-clients.js';
import type { Act } from './test-server.js';

/** What must show nowhere: the value of every secret here, which every error quotes. */
export const canary = 'CANARY-not-a-real-secret';
/** The same of what is written. */
export const written = 'CANARY-written-not-a-real-secret';
export const requestId = 'req_fault';
/** The name that is asked for. */
export const name = 'db/password';

/** A JSON answer. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Act {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** An answer as it is. */
export function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Act {
  return (_, response) => {
    response.writeHead(status, { 'request-id': requestId, ...headers }).end(body);
  };
}

/** A page of whatever stands in between. */
export function html(status: number): Act {
  return text(status, `<html><body>${canary} ${apiKey}</body></html>`, { 'content-type': 'text/html' });
}

/** Stripe's envelope. Its message quotes what none should. */
export function error(
  status: number,
  fields: {
    readonly type?: string;
    readonly code?: string;
    readonly param?: string;
    readonly message?: string;
  },
  headers: Readonly<Record<string, string>> = {},
): Act {
  const message = `You passed '${canary}' with the key '${apiKey}'.`;
  return json(status, { error: { type: 'invalid_request_error', message, ...fields } }, headers);
}

/** What Stripe would answer, with some fields otherwise. */
export function answer(change: { readonly [field: string]: unknown } = {}): Act {
  return (request, response) => {
    const body = { ...secretFor(request), ...change };
    json(200, isList(request) ? { object: 'list', has_more: false, data: [body] } : body)(request, response);
  };
}

/** Stripe's answer, handed to something that does not send it as it should. */
export function mangled(send: (body: string, response: ServerResponse) => void): Act {
  return (request, response) => {
    const secret = secretFor(request);
    send(
      JSON.stringify(isList(request) ? { object: 'list', has_more: false, data: [secret] } : secret),
      response,
    );
  };
}

const headers = { 'content-type': 'application/json', 'request-id': requestId } as const;

/** Half of the answer, and then a broken connection. */
export function cut(kind: 'content-length' | 'chunked'): Act {
  return mangled((body, response) => {
    response.writeHead(200, kind === 'chunked' ? headers : { ...headers, 'content-length': body.length });
    response.write(body.slice(0, -20), () => response.socket?.destroy());
  });
}

/** A byte now and then, so often, and then the rest. */
export function drip(everyMs: number, times: number): Act {
  return mangled((body, response) => {
    response.writeHead(200, { ...headers, 'content-length': body.length });
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < times) {
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

/** JSON of many megabytes, as fast as it is taken. */
export function huge(megabytes: number): Act {
  return (_, response) => {
    response.writeHead(200, headers).write('{"payload":"');
    let sent = 0;
    const more = (): void => {
      while (sent < megabytes && !response.destroyed) {
        sent += 1;
        if (!response.write(megabyte)) {
          response.once('drain', more);
          return;
        }
      }
      if (!response.destroyed) response.end('"}');
    };
    more();
  };
}

/** A small body that unpacks to a large one. */
export function packed(megabytes: number): Act {
  // Each part is packed by itself, and the megabyte once.
  const each = gzipSync(megabyte);
  const many = Array.from({ length: megabytes }, () => each);
  const body = Buffer.concat([gzipSync('{"payload":"'), ...many, gzipSync('"}')]);
  return (_, response) => {
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip' }).end(body);
  };
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

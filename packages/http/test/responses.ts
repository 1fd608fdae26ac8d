import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Handler } from './test-server.js';

/** The value of every secret of these servers, quoted by every error of theirs. It must not appear in an error. */
export const canary = 'CANARY-not-a-real-secret';
/** The credential of every request. It must not appear in an error either. */
export const credential = 'CANARY-credential';
export const requestId = 'req_fault';

/** The body of a secret. */
export const secretBody: string = JSON.stringify({ value: canary });

type ExtraHeaders = Readonly<Record<string, string>>;

/** Responds with JSON. */
export function json(status: number, body: unknown, extraHeaders: ExtraHeaders = {}): Handler {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...extraHeaders });
}

/** Responds with this body. */
export function text(status: number, body: string | Uint8Array, extraHeaders: ExtraHeaders = {}): Handler {
  return (_, response) => {
    response.writeHead(status, { 'request-id': requestId, ...extraHeaders }).end(body);
  };
}

/** Responds with an error of the server. Its message quotes the value and the credential. */
export function error(status: number, code: string | undefined, extraHeaders: ExtraHeaders = {}): Handler {
  return json(status, { error: { code, message: `${canary} ${credential}` } }, extraHeaders);
}

/** Responds with the HTML page of a proxy, which quotes the value and the credential. */
export function html(status: number): Handler {
  return text(status, `<html><body>${canary} ${credential}</body></html>`, {
    'content-type': 'text/html; charset=utf-8',
  });
}

const headers = { 'content-type': 'application/json', 'request-id': requestId } as const;

/** Sends a part of the body, then closes the connection. */
export function truncated(kind: 'content-length' | 'chunked'): Handler {
  return (_, response) => {
    const length = { 'content-length': secretBody.length };
    response.writeHead(200, kind === 'chunked' ? headers : { ...headers, ...length });
    response.write(secretBody.slice(0, -2), () => response.socket?.destroy());
  };
}

/** Sends one byte per interval, `count` times, then the rest. */
export function drip(everyMs: number, count: number): Handler {
  return (_, response) => {
    response.writeHead(200, headers);
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < count) {
        response.write(secretBody[sent]);
        sent += 1;
      } else {
        clearInterval(timer);
        response.end(secretBody.slice(sent));
      }
    }, everyMs);
    response.once('close', () => clearInterval(timer));
  };
}

const megabyte = 'x'.repeat(1_048_576);

/** Sends JSON that does not end, as fast as the client reads it. */
export function endless(): Handler {
  return (_, response) => {
    response.writeHead(200, headers).write('{"value":"');
    sendForever(response);
  };
}

function sendForever(response: ServerResponse): void {
  while (!response.destroyed) {
    if (response.write(megabyte)) continue;
    response.once('drain', () => sendForever(response));
    return;
  }
}

/** Sends a small gzip body that decompresses to this size. */
export function gzipped(megabytes: number): Handler {
  // Each member is compressed alone, so the megabyte is compressed once.
  const member = gzipSync(megabyte);
  const members = Array.from({ length: megabytes }, () => member);
  const body = Buffer.concat([gzipSync('{"value":"'), ...members, gzipSync('"}')]);
  return text(200, body, { ...headers, 'content-encoding': 'gzip' });
}

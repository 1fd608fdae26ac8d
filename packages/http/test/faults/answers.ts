import { gzipSync } from 'node:zlib';
import { endless, error, gzipped, html, json, secretBody, text } from '../responses.js';
import { serveRedirect } from '../test-server.js';
import { type Fault, fails, serving } from './fault.js';

const sent = { 'content-type': 'application/json' } as const;
const latin1 = Buffer.from(secretBody.replace('CANARY', 'CAN\u00e4RY'), 'latin1');

/** A body that differs from what the server should send, and can be read. */
const readable: readonly Fault[] = [
  {
    name: '200 with JSON as `text/plain`',
    serve: serving(text(200, secretBody, { 'content-type': 'text/plain' })),
  },
  { name: '200 with JSON without a content type', serve: serving(text(200, secretBody)) },
  { name: '200 with JSON after a byte order mark', serve: serving(text(200, `\ufeff${secretBody}`, sent)) },
  {
    name: '200 with JSON, compressed',
    serve: serving(text(200, gzipSync(secretBody), { ...sent, 'content-encoding': 'gzip' })),
  },
].map((fault) => ({ ...fault, outcome: 'read' as const }));

/** A body that cannot be read. */
const unreadable: readonly Fault[] = [
  ...[200, 401, 403, 404, 503].map((status) => ({
    name: `${status} with an HTML page of a proxy`,
    serve: serving(html(status)),
    outcome: fails('unavailable', status, { says: 'HTML' }),
  })),
  {
    name: '200 with truncated JSON',
    serve: serving(text(200, secretBody.slice(0, -1), sent)),
    outcome: fails('unavailable', 200, { says: 'not JSON' }),
  },
  {
    name: '200 with an empty body',
    serve: serving(text(200, '', sent)),
    outcome: fails('unavailable', 200, { says: 'not JSON' }),
  },
  ...[null, 5, 'CANARY', true].map((scalar) => ({
    name: `200 \`${JSON.stringify(scalar)}\``,
    serve: serving(json(200, scalar)),
    outcome: fails('invalid_data', 200),
  })),
  {
    name: '200 with JSON that is not UTF-8',
    serve: serving(text(200, latin1, sent)),
    outcome: fails('unavailable', 200, { says: 'UTF-8' }),
  },
  {
    name: '200 with a body that does not end',
    serve: serving(endless()),
    outcome: fails('unavailable', 200, { says: 'larger' }),
  },
  {
    name: '200 with a `content-length` that is too large',
    serve: serving((_, response) => {
      response.writeHead(200, { ...sent, 'request-id': 'req_fault', 'content-length': 1_048_577 }).write('{');
    }),
    outcome: fails('unavailable', 200, { says: 'larger' }),
  },
  {
    name: '200 with 50 MB, compressed to 50 kB',
    serve: serving(gzipped(50)),
    outcome: fails('unavailable', 200, { says: 'larger' }),
  },
  ...[301, 302, 303, 307, 308].map((status) => ({
    name: `${status} to another origin`,
    serve: () => serveRedirect(status, json(200, { value: 'followed' })),
    outcome: fails('unavailable', status, { says: 'redirect' }),
  })),
];

/** An error of the server. */
const errors: readonly Fault[] = [
  ...(
    [
      [400, 'invalid_argument'],
      [401, 'unauthenticated'],
      [402, 'unknown'],
      [403, 'permission_denied'],
      [404, 'unavailable'],
      [408, 'timeout'],
      [409, 'conflict'],
      [418, 'unknown'],
      [424, 'unavailable'],
      [429, 'rate_limited'],
      [500, 'unavailable'],
      [503, 'unavailable'],
      [599, 'unavailable'],
    ] as const
  ).map(([status, code]) => ({
    name: `${status}`,
    serve: serving(error(status, undefined)),
    outcome: fails(code, status),
  })),
  { name: '401 with an empty body', serve: serving(text(401, '')), outcome: fails('unauthenticated', 401) },
  {
    name: '500 with a text',
    serve: serving(text(500, 'CANARY-not-a-real-secret', { 'content-type': 'text/plain' })),
    outcome: fails('unavailable', 500),
  },
  {
    name: '400 with a code of the table, here `slow_down`',
    serve: serving(error(400, 'slow_down')),
    outcome: fails('rate_limited', 400, { vendorCode: 'slow_down' }),
  },
  {
    name: '429 with `Retry-After: 3`',
    serve: serving(error(429, undefined, { 'retry-after': '3' })),
    outcome: fails('rate_limited', 429, { retryAfterMs: 3_000 }),
  },
  {
    name: '429 with a date in `Retry-After`, five seconds after the `Date` of the answer',
    serve: serving(
      error(429, undefined, {
        date: 'Tue, 24 Nov 2026 12:00:00 GMT',
        'retry-after': 'Tue, 24 Nov 2026 12:00:05 GMT',
      }),
    ),
    outcome: fails('rate_limited', 429, { retryAfterMs: 5_000 }),
  },
  {
    name: '503 with `Retry-After: soon`',
    serve: serving(error(503, undefined, { 'retry-after': 'soon' })),
    outcome: fails('unavailable', 503),
  },
  {
    name: '503 with an HTML page and `Retry-After: 7`',
    serve: serving((request, response) => html(503)(request, response.setHeader('retry-after', '7'))),
    outcome: fails('unavailable', 503, { retryAfterMs: 7_000 }),
  },
];

/** Answers of the server, or of a proxy. */
export const answers: readonly Fault[] = [...readable, ...unreadable, ...errors];

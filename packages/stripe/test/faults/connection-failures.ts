import { secretResponse, text, truncated } from '../responses.js';
import {
  closedPort,
  type Handler,
  serve,
  serveSockets,
  serveUntrusted,
  unknownHost,
} from '../test-server.js';
import { type Fault, fails, serving } from './fault.js';

const failedConnection = { outcomes: fails('unavailable', undefined, { anonymous: true }) };

/** The connection fails. */
export const connectionFailures: readonly Fault[] = [
  {
    name: '407: a proxy requires a password',
    serve: serving(text(407, '<html></html>')), // fetch hides this response
    ...failedConnection,
    node: fails('unavailable'),
  },
  { name: 'the host does not exist', serve: unknownHost, ...failedConnection },
  { name: 'the connection is refused', serve: closedPort, ...failedConnection },
  {
    name: 'TLS: the certificate is not trusted',
    serve: () => serveUntrusted(secretResponse()),
    ...failedConnection,
  },
  {
    name: 'TLS: the server does not support it',
    serve: () =>
      serveSockets((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')), 'https'),
    ...failedConnection,
  },
  {
    name: 'the response is not HTTP',
    serve: () => serveSockets((socket) => socket.once('data', () => socket.end('nonsense\r\n\r\n'))),
    ...failedConnection,
  },
  {
    name: 'the headers have 100 kB',
    serve: serving(text(200, '{}', { 'x-long': 'x'.repeat(100_000) })),
    ...failedConnection,
  },
  {
    name: 'the connection is reset before the response',
    serve: serving((_, { socket }) => socket?.resetAndDestroy()),
    ...failedConnection,
    retriesOnce: true,
  },
  {
    name: 'the connection is closed before the response',
    serve: serving((_, { socket }) => socket?.end()),
    ...failedConnection,
    retriesOnce: true,
  },
  {
    name: 'the first connection is reset, the second works',
    serve: () => serve(firstReset(secretResponse())),
    ...failedConnection,
    node: 'success',
    retriesOnce: true,
  },
  ...(['content-length', 'chunked'] as const).map(
    (kind): Fault => ({
      name: `the body is incomplete (${kind})`,
      serve: serving(truncated(kind)),
      outcomes: fails('unavailable', 200),
      until: { major: 21, node: 'pending' },
      losesStatus: true,
    }),
  ),
];

/** Resets the connection of the first request of each kind. */
function firstReset(handler: Handler): Handler {
  const seen = new Set<string>();
  return (request, response) => {
    const call = `${request.method} ${request.url}`;
    if (seen.has(call)) handler(request, response);
    else response.socket?.resetAndDestroy();
    seen.add(call);
  };
}

import { drip, json, text, truncated } from '../responses.js';
import { closedPort, serveSockets, serveUntrusted, unknownHost } from '../test-server.js';
import { type Fault, fails, serving } from './fault.js';

/** The connection fails. */
const failures: readonly Fault[] = [
  {
    name: '407: a proxy requires a password',
    serve: serving(text(407, '')), // fetch hides this response
    with: { 'node-fetch 2': fails('unknown', 407), 'node-fetch 3': fails('unknown', 407) },
  },
  { name: 'the host does not exist', serve: unknownHost },
  {
    name: 'the connection is refused',
    serve: closedPort,
    outcome: fails('unavailable', undefined, { says: 'ECONNREFUSED' }),
  },
  {
    name: 'TLS: the certificate is not trusted',
    serve: () => serveUntrusted(json(200, {})),
    outcome: fails('unavailable', undefined, { says: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
  },
  {
    name: 'TLS: the server does not support it',
    serve: () =>
      serveSockets((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 No\r\n\r\n')), 'https'),
  },
  {
    name: 'the response is not HTTP',
    serve: () => serveSockets((socket) => socket.once('data', () => socket.end('nonsense\r\n\r\n'))),
  },
  { name: 'the headers have 100 kB', serve: serving(text(200, '{}', { 'x-long': 'x'.repeat(100_000) })) },
  {
    name: 'the connection is reset before the response',
    serve: serving((_, { socket }) => socket?.resetAndDestroy()),
  },
  { name: 'the connection is closed before the response', serve: serving((_, { socket }) => socket?.end()) },
  ...(['content-length', 'chunked'] as const).map((kind) => ({
    name: `the body ends early (${kind})`,
    serve: serving(truncated(kind)),
    outcome: fails('unavailable', 200),
    // node-fetch 2 never ends this body
    ...(kind === 'content-length' && { with: { 'node-fetch 2': fails('timeout') } }),
  })),
].map((fault) => ({ outcome: fails('unavailable'), ...fault }));

/** The response does not arrive in time. */
const timeouts: readonly Fault[] = [
  { name: 'no response', serve: serving(() => undefined) },
  {
    name: 'TLS: the handshake never completes',
    serve: () => serveSockets((socket) => socket.resume(), 'https'),
  },
  {
    name: 'headers without a body',
    serve: serving((_, response) => response.writeHead(200, { 'content-length': 9 }).flushHeaders()),
    timeoutMs: 600,
  },
  { name: 'a body that arrives byte by byte', serve: serving(drip(50, 24)), timeoutMs: 600 },
].map((fault) => ({ outcome: fails('timeout'), timeoutMs: 150, ...fault }));

/** Failed connections, and responses that are late. */
export const connections: readonly Fault[] = [...failures, ...timeouts];

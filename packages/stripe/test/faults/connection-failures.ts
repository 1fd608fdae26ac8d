import { secretResponse, truncated } from '../responses.js';
import { closedPort, type Handler, serve } from '../test-server.js';
import { type Fault, fails, serving } from './fault.js';

const failedConnection = { outcomes: fails('unavailable', undefined, { anonymous: true }) };

/** The connection fails. Those that every client reports in the same way are tests of `@secretkit/http`. */
export const connectionFailures: readonly Fault[] = [
  { name: 'the connection is refused', serve: closedPort, ...failedConnection },
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

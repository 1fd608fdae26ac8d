import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Returns a handler that gets the pipelined requests of a connection one after the other. Node passes on all of them at
 * once: a read could overtake the write before it, and a response in the queue emits no `close`.
 */
export function serializeRequests(handle: Handler): Handler {
  const lastOf = new WeakMap<Socket, Promise<unknown>>();
  return (request, response) => {
    const { socket } = request;
    const next = (lastOf.get(socket) ?? Promise.resolve()).then(async () => {
      if (socket.destroyed) return;
      await new Promise((resolve) => {
        response.once('close', resolve);
        handle(request, response);
      });
    });
    lastOf.set(socket, next);
  };
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Hands on the requests of a connection one by one. Node hands on all that a client sent without waiting for the
 * answers; a read could then overtake the write before it, and the end of a response that waits is never told.
 */
export function serializeRequests(handle: Handler): Handler {
  const turns = new WeakMap<Socket, Promise<unknown>>();
  return (request, response) => {
    const { socket } = request;
    const turn = (turns.get(socket) ?? Promise.resolve()).then(async () => {
      if (socket.destroyed) return;
      await new Promise((resolve) => {
        response.once('close', resolve);
        handle(request, response);
      });
    });
    turns.set(socket, turn);
  };
}

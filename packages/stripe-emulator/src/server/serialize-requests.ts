import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** How many requests of a connection wait before no more is read from it. Those of the last packet may exceed it. */
export const maxWaiting = 100;

interface Queue {
  last: Promise<void>;
  waiting: number;
}

/**
 * Returns a handler that gets the pipelined requests of a connection one after the other. Node passes on all of them at
 * once: a read could overtake the write before it, and a response in the queue emits no `close`. A connection with too many
 * waiting requests is not read until some of them have run, so that a client cannot fill the memory behind one that hangs.
 */
export function serializeRequests(handle: Handler): Handler {
  const queues = new WeakMap<Socket, Queue>();

  async function run({ waiting }: Queue, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request; // keep it: an aborted request drops its reference
    if (socket.destroyed) return;
    if (waiting === Math.floor(maxWaiting / 2)) socket.resume();
    await new Promise((resolve) => {
      response.once('close', resolve);
      handle(request, response);
    });
  }

  return (request, response) => {
    const { socket } = request;
    const queue = queues.get(socket) ?? { last: Promise.resolve(), waiting: 0 };
    queues.set(socket, queue);
    queue.waiting += 1;
    if (queue.waiting > maxWaiting) queueMicrotask(() => socket.pause()); // Node resumes it at the end of each request
    queue.last = queue.last.then(() => {
      queue.waiting -= 1;
      return run(queue, request, response);
    });
  };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Server {
  readonly url: string;
  /** The number of requests, and of those without an answer. */
  calls(): number;
  pending(): number;
  /** Leaves every later request without an answer. */
  hang(): void;
  close(): Promise<void>;
}

/** Starts an HTTP server. An answer that throws is a reset connection, one whose body fails a body that ends early. */
export async function serve(answer: (url: URL, body: string) => Response): Promise<Server> {
  let [calls, pending, hangs] = [0, 0, false];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    calls += 1;
    pending += 1;
    response.on('close', () => (pending -= 1));
    const body = await text(request);
    if (hangs) return;
    try {
      const answered = answer(new URL(request.url ?? '/', 'http://127.0.0.1'), body);
      response.writeHead(answered.status, [...answered.headers].flat());
      response.flushHeaders();
      response.end(await answered.text());
    } catch {
      response.destroy();
    }
  }

  const server = createServer(
    (request, response) => void handle(request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // of a TCP server
    calls: () => calls,
    pending: () => pending,
    hang: () => {
      hangs = true;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

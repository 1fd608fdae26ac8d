import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { selfSigned } from './self-signed.js';

/** Does something with one request. */
export type Act = (request: IncomingMessage, response: ServerResponse) => void;

/** Where requests go. */
export interface Place {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** An origin. */
  readonly url: string;
  /** What was asked, in order. */
  readonly requests: readonly SeenRequest[];
  /** How many requests have begun and not ended. */
  underWay(): number;
  /** Where a redirect points. */
  readonly elsewhere?: Place;
  /** How many connections are open. */
  connections(): Promise<number>;
}

export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** What has come of the body so far. */
  body: string;
}

/** A server that does the same with every request, until the test ends. */
export async function serve(act: Act): Promise<Place> {
  const watch = watcher(act);
  return { ...(await listen(createHttpServer(watch.handle), 'http')), ...watch };
}

/** The same, behind a certificate that nobody vouches for. */
export async function serveUntrusted(act: Act): Promise<Place> {
  const watch = watcher(act);
  return { ...(await listen(createHttpsServer(selfSigned(), watch.handle), 'https')), ...watch };
}

/** A server that points to another one, which answers. */
export async function redirecting(status: number, act: Act): Promise<Place> {
  const elsewhere = await serve(act);
  const here = await serve(({ url }, response) => {
    response.writeHead(status, { location: `${elsewhere.url}${url}`, 'request-id': 'req_fault' }).end();
  });
  return { ...here, elsewhere };
}

/** A server that does the same with every connection. */
export async function serveConnections(
  connected: (socket: Socket) => void,
  protocol: 'http' | 'https' = 'http',
): Promise<Place> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    connected(socket);
  });
  return listen(server, protocol);
}

/** A port that nobody listens on. */
export async function nowhere(): Promise<Place> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return at('http', '127.0.0.1', port);
}

/** A host that no resolver knows, and that none is asked about: a label has 63 letters at most. */
export async function nobody(): Promise<Place> {
  return at('https', `${'x'.repeat(64)}.invalid`, 443);
}

function watcher(act: Act): Pick<Place, 'requests' | 'underWay'> & { handle: Act } {
  const requests: SeenRequest[] = [];
  const open = new Set<ServerResponse>();
  return {
    requests,
    underWay: () => open.size,
    handle(request, response) {
      const { method = '', url = '', headers } = request;
      const seen = { method, path: url.split('?', 1)[0] ?? '', url, headers, body: '' };
      requests.push(seen);
      open.add(response);
      response.once('close', () => open.delete(response));
      request.setEncoding('utf8').on('data', (piece: string) => {
        seen.body += piece;
      });
      act(request, response);
    },
  };
}

async function listen(server: Server, protocol: Place['protocol']): Promise<Place> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return { ...at(protocol, '127.0.0.1', port), connections: async () => sockets.size };
}

function at(protocol: Place['protocol'], host: string, port: number): Place {
  return {
    protocol,
    host,
    port,
    url: `${protocol}://${host}:${port}`,
    requests: [],
    underWay: () => 0,
    connections: async () => 0,
  };
}

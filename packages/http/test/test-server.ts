import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';
import { onTestFinished } from 'vitest';
import { selfSigned } from './self-signed.js';

/** Handles one request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The address that a client calls, and a record of its calls. */
export interface TestServer {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** The origin. */
  readonly url: string;
  /** The requests that arrived, in order. */
  readonly requests: readonly RecordedRequest[];
  /** Returns the number of requests in flight. */
  inFlight(): number;
  /** The target of a redirect. */
  readonly redirectTarget?: TestServer;
  /** Returns the number of open connections. */
  connections(): Promise<number>;
}

export interface RecordedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** The part of the body that has arrived so far. */
  body: string;
}

/** Starts a server that handles every request in the same way. It is closed when the test ends. */
export async function serve(handler: Handler): Promise<TestServer> {
  const recorder = recorderFor(handler);
  return { ...(await listen(createHttpServer(recorder.handle), 'http')), ...recorder };
}

/** Starts an HTTPS server with a certificate that clients do not trust. */
export async function serveUntrusted(handler: Handler): Promise<TestServer> {
  const recorder = recorderFor(handler);
  return { ...(await listen(createHttpsServer(selfSigned(), recorder.handle), 'https')), ...recorder };
}

/** Starts a server that redirects to a second server, which handles the request. */
export async function serveRedirect(status: number, handler: Handler): Promise<TestServer> {
  const redirectTarget = await serve(handler);
  const server = await serve(({ url }, response) => {
    response.writeHead(status, { location: `${redirectTarget.url}${url}`, 'request-id': 'req_fault' }).end();
  });
  return { ...server, redirectTarget };
}

/** Starts a TCP server that handles every connection in the same way. */
export async function serveSockets(
  onConnection: (socket: Socket) => void,
  protocol: 'http' | 'https' = 'http',
): Promise<TestServer> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return listen(server, protocol);
}

/** Returns a port without a listener. A connection of the test has it, so no other process gets it meanwhile. */
export async function closedPort(): Promise<TestServer> {
  const { port, host } = await serveSockets(() => undefined);
  const socket = connect(port, host).on('error', () => undefined);
  await once(socket, 'connect');
  return addressOf('http', host, socket.localPort ?? Number.NaN);
}

/** Returns a host that does not exist. No resolver is queried: a DNS label has 63 characters at most. */
export async function unknownHost(): Promise<TestServer> {
  return addressOf('https', `${'x'.repeat(64)}.invalid`, 443);
}

function recorderFor(handler: Handler): Pick<TestServer, 'requests' | 'inFlight'> & { handle: Handler } {
  const requests: RecordedRequest[] = [];
  const open = new Set<ServerResponse>();
  return {
    requests,
    inFlight: () => open.size,
    handle(request, response) {
      const { method = '', url = '', headers } = request;
      const recorded = { method, path: url.split('?', 1)[0] ?? '', url, headers, body: '' };
      requests.push(recorded);
      open.add(response);
      response.once('close', () => open.delete(response));
      request.setEncoding('utf8').on('data', (chunk: string) => {
        recorded.body += chunk;
      });
      handler(request, response);
    },
  };
}

async function listen(server: Server, protocol: TestServer['protocol']): Promise<TestServer> {
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
  return { ...addressOf(protocol, '127.0.0.1', port), connections: async () => sockets.size };
}

function addressOf(protocol: TestServer['protocol'], host: string, port: number): TestServer {
  return {
    protocol,
    host,
    port,
    url: `${protocol}://${host}:${port}`,
    requests: [],
    inFlight: () => 0,
    connections: async () => 0,
  };
}

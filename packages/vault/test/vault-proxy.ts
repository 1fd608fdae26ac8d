import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Handles a request in place of the server. Returns true to pass it on. */
export type Fault = (response: ServerResponse, request: SeenRequest) => boolean;

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that passes requests on to another one, counts them, and fails on demand. */
export interface VaultProxy {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  readonly pending: number;
  /** Concerns every later request; `undefined` ends it. */
  fault: Fault | undefined;
  /** Loses the connection of the next write, before it is passed on, or after. */
  loseWrite(moment: 'before' | 'after'): void;
  close(): Promise<void>;
}

const ofConnection = ['host', 'connection', 'content-length'];

export async function startVaultProxy(target: string): Promise<VaultProxy> {
  const requests: SeenRequest[] = [];
  const open = new Set<ServerResponse>();
  let lost: 'before' | 'after' | undefined;

  async function handle(request: SeenRequest, response: ServerResponse): Promise<void> {
    requests.push(request);
    if (proxy.fault && !proxy.fault(response, request)) return;
    const loss = request.method === 'POST' ? lost : undefined;
    if (loss !== undefined) lost = undefined;
    if (loss === 'before') {
      response.socket?.resetAndDestroy();
      return;
    }
    const headers = Object.entries(request.headers).filter(([name]) => !ofConnection.includes(name));
    const answer = await fetch(target + request.url, {
      method: request.method,
      headers: headers as [string, string][], // those that we send are texts
      redirect: 'manual',
      ...(request.body !== '' && { body: request.body }),
    });
    const text = await answer.text();
    if (loss === 'after') {
      response.socket?.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'x-vault-index': answer.headers.get('x-vault-index') ?? '',
    });
    response.end(text);
  }

  const server = createServer((request, response) => {
    open.add(response);
    response.on('close', () => open.delete(response));
    const { method = '', url = '', headers } = request;
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      handle({ method, url, headers, body }, response).catch(() => response.destroy());
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  const proxy: VaultProxy = {
    url: `http://127.0.0.1:${port}`,
    requests,
    fault: undefined,
    get pending() {
      return open.size;
    },
    loseWrite(moment) {
      lost = moment;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** Answers every request with this. */
export function answers(status: number, body: unknown, headers?: Readonly<Record<string, string>>): Fault {
  return (response) => {
    send(response, status, body, headers);
    return false;
  };
}

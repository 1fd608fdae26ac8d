import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsFailure } from './aws-failure.js';
import { listen } from './listen.js';

/** Answers an operation, such as `secretsmanager.GetSecretValue`. */
export type Backend = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => object | Promise<object>;

/** Answers a request in place of the backend, or returns `true` to leave it to the backend. */
export type Fault = (response: ServerResponse, operation: string) => true | undefined;

/** A server with the protocol of AWS (JSON 1.1), on a port of this machine. */
export interface AwsServer {
  readonly url: string;
  /** The operations that have arrived, such as `GetSecretValue`, in order. */
  readonly operations: readonly string[];
  /** The inputs of the operations. */
  readonly inputs: readonly Readonly<Record<string, unknown>>[];
  readonly pending: number;
  /** Concerns every later request; `undefined` ends it. */
  fault: Fault | undefined;
  close(): Promise<void>;
}

export async function startAwsServer(backend: Backend): Promise<AwsServer> {
  const operations: string[] = [];
  const inputs: Readonly<Record<string, unknown>>[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = String(request.headers['x-amz-target']);
    const body = await bodyOf(request);
    const input = JSON.parse(body) as Readonly<Record<string, unknown>>;
    operations.push(target.split('.')[1] ?? '');
    inputs.push(input);
    open.add(response);
    response.on('close', () => open.delete(response));
    if (result.fault && !result.fault(response, target)) return;
    try {
      send(response, 200, await backend(target, input));
    } catch (error) {
      if (error instanceof AwsFailure) send(response, error.status, error.body);
      else send(response, 500, { __type: 'InternalFailure', message: String(error) });
    }
  }

  const { port, close } = await listen(server);
  const result: AwsServer = {
    url: `http://127.0.0.1:${port}`,
    operations,
    inputs,
    fault: undefined,
    get pending() {
      return open.size;
    },
    close,
  };
  return result;
}

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  type = 'application/x-amz-json-1.1',
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': 'request-1' });
  response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer); // a request without an encoding has buffers
  return Buffer.concat(chunks).toString('utf8');
}

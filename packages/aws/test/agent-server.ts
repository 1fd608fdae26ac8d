import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { AwsFailure } from './aws-failure.js';
import { type Backend, type Fault, send } from './aws-server.js';
import { listen } from './listen.js';

export const agentToken = 'CANARY-token-of-the-agent';

export interface AgentServer {
  readonly port: number;
  /** The requests that have arrived, as path and query. */
  readonly requests: readonly URL[];
  readonly pending: number;
  /** Concerns every later request; `undefined` ends it. */
  fault: Fault | undefined;
  close(): Promise<void>;
}

/**
 * The local agent and the Lambda extension: the paths, the token, and the answers of the agent's source. A message in an error
 * is not escaped there.
 */
export async function startAgentServer(backend: Backend): Promise<AgentServer> {
  const requests: URL[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => void answer(request, response));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://127.0.0.1');
    requests.push(url);
    open.add(response);
    response.on('close', () => open.delete(response));
    if (result.fault && !result.fault(response, url.pathname)) return;
    const isTrusted = request.headers['x-aws-parameters-secrets-token'] === agentToken;
    const { status, body } = isTrusted ? await answerTo(url) : { status: 403, body: 'Bad Token' };
    send(response, status, body, 'text/plain');
  }

  async function answerTo(url: URL): Promise<{ readonly status: number; readonly body: string | object }> {
    try {
      return { status: 200, body: await read(url) };
    } catch (error) {
      if (!(error instanceof AwsFailure)) return { status: 500, body: '{"__type":"InternalFailure"}' };
      return { status: error.status, body: `{"__type":"${error.message}", "message":"a "quoted" message"}` };
    }
  }

  async function read({ pathname, searchParams }: URL): Promise<object> {
    if (pathname === '/secretsmanager/get') {
      const answered = await backend('secretsmanager.GetSecretValue', {
        SecretId: searchParams.get('secretId'),
      });
      const { CreatedDate } = answered as { readonly CreatedDate?: number };
      return { ...answered, CreatedDate: String(CreatedDate) }; // the agent writes it as a text
    }
    if (pathname === '/systemsmanager/parameters/get') {
      const input = {
        Name: searchParams.get('name'),
        WithDecryption: searchParams.get('withDecryption') === 'true',
      };
      const { Parameter } = (await backend('AmazonSSM.GetParameter', input)) as {
        readonly Parameter: { readonly LastModifiedDate: number };
      };
      const date = new Date(Parameter.LastModifiedDate * 1_000).toISOString();
      return { Parameter: { ...Parameter, LastModifiedDate: date }, ResultMetadata: {} };
    }
    throw new AwsFailure('Not found', 404);
  }

  const { port, close } = await listen(server);
  const result: AgentServer = {
    port,
    requests,
    fault: undefined,
    get pending() {
      return open.size;
    },
    close,
  };
  return result;
}

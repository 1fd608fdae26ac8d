import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Server {
  readonly url: string;
  close(): void;
}

/** Starts a server that answers reads as AWS Secrets Manager does, with these secrets. */
export async function startSecretsManager(secrets: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((request, response) => {
    void inputOf(request).then(({ SecretId, SecretIdList = [] }) => {
      const isBatch = request.headers['x-amz-target'] === 'secretsmanager.BatchGetSecretValue';
      const wanted = isBatch ? SecretIdList : [SecretId ?? ''];
      const values = wanted.flatMap((Name) =>
        Object.hasOwn(secrets, Name) ? [{ Name, SecretString: secrets[Name], VersionId: 'v1' }] : [],
      );
      const missing = { __type: 'ResourceNotFoundException' };
      response.writeHead(isBatch || values[0] ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify(isBatch ? { SecretValues: values, Errors: [] } : (values[0] ?? missing)));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { url: `http://127.0.0.1:${port}`, close: () => void server.close() };
}

async function inputOf(request: IncomingMessage): Promise<{ SecretId?: string; SecretIdList?: string[] }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as object;
}

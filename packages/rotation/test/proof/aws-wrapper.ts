import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Connection, renewedConnections } from './renewed-connections.js';
import type { Open } from './run-cases.js';
import type { Site } from './site.js';

/** A client of AWS's wrapper, made with host, port and database of the server. */
export interface AwsClient {
  connect(): Promise<unknown>;
  query(statement: object | string): Promise<unknown>;
  end(): Promise<unknown>;
  on?(event: 'error', listener: () => void): unknown;
}

/** The classes of AWS's wrapper, which is installed outside the workspace. */
export interface AwsWrapper {
  readonly AwsPGClient: new (config: object) => AwsClient;
  readonly AwsMySQLClient: new (config: object) => AwsClient;
}

/** Answers GetSecretValue of Secrets Manager with the credential of the run's store. */
async function secretsManagerOf(site: Site): Promise<{ url: string; close(): void }> {
  const server = createServer((request, response) => {
    request.resume();
    void site.read().then((login) => {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
      response.end(JSON.stringify({ Name: site.users[0], SecretString: JSON.stringify(login) }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Opens connections by AWS's wrapper with its plugin for Secrets Manager. */
export const byAwsWrapper =
  (Client: new (config: object) => AwsClient, address: object, statement: object | string): Open =>
  async (site, { maxUses }) => {
    const store = await secretsManagerOf(site);
    const secret = {
      plugins: 'secretsManager',
      secretId: site.users[0], // its cache is of the process, so each run has a secret of its own
      secretRegion: 'us-east-1',
      secretEndpoint: store.url,
    };
    async function open(onOpen: () => void): Promise<Connection> {
      const client = new Client({ ...address, ...secret });
      client.on?.('error', () => undefined);
      await client.connect();
      onOpen();
      return { send: () => client.query(statement), close: () => client.end() };
    }
    const connections = renewedConnections(open, (connection) => connection.send(''), maxUses);
    return {
      ...connections,
      async close() {
        await connections.close();
        store.close();
      },
    };
  };

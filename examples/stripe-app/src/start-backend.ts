import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { backend } from './backend.js';
import { type ConnectionsOptions, connections } from './connections.js';
import { partnerAt } from './partner.js';
import { type Clock, openSecrets } from './stack.js';

export interface BackendOptions extends Clock {
  /** The platform's API key. */
  readonly apiKey: string;
  /** The base URL of Stripe's API, such as an emulator's `url`. @defaultValue Stripe */
  readonly stripeUrl?: string;
  /** The base URL of the partner's API. */
  readonly partnerUrl: string;
  /** Called for each step of a connection. @defaultValue none */
  readonly onEvent?: ConnectionsOptions['onEvent'];
}

export interface RunningBackend {
  readonly url: string;
  /** Finishes the requests and renewals in progress, and closes the client. */
  close(): Promise<void>;
}

export async function startBackend(options: BackendOptions): Promise<RunningBackend> {
  const { apiKey, stripeUrl, partnerUrl, onEvent = () => undefined, ...clock } = options;
  const { now = () => Date.now() } = clock;
  const secrets = openSecrets(apiKey, stripeUrl, clock);
  const partner = partnerAt(partnerUrl);
  const connected = connections({ secrets, partnerUrl, now, onEvent });
  const app = backend({ secrets, connections: connected, partner, now });
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response)); // it handles its own failures
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.close();
      await once(server, 'close');
      await connected.close();
      await secrets.close();
    },
  };
}

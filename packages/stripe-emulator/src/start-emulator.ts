/// <reference lib="esnext.disposable" preserve="true" />
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Installations } from './access/installations.js';
import type { Permissions } from './access/permissions.js';
import type { Faults } from './faults/fault-queue.js';
import type { EmulatorOptions } from './options/emulator-options.js';
import { resolveOptions } from './options/resolve-options.js';
import { listen } from './server/listen.js';
import type { RequestLog } from './server/request-log.js';
import { respond } from './server/respond.js';
import { serializeRequests } from './server/serialize-requests.js';
import { createState } from './state.js';
import { createEmulatorSecrets, type EmulatorSecrets } from './store/emulator-secrets.js';

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:43210`. */
  readonly url: string;
  /** The address it is bound to. */
  readonly host: string;
  /** The port it is bound to. */
  readonly port: number;
  /** What was asked. */
  readonly requests: RequestLog;
  /** The store, without HTTP. */
  readonly secrets: EmulatorSecrets;
  /** Scripts what goes wrong. */
  readonly faults: Faults;
  /** Grants and revokes `secret_write`. */
  readonly permissions: Permissions;
  /** Installs and uninstalls the app on connected accounts. */
  readonly accounts: Installations;
  /**
   * Forgets secrets, requests, faults, idempotency keys and rates, and restores permissions and installations.
   * Requests that are under way have no effect any more, and get no answer.
   */
  reset(): void;
  /** Ends every connection, also hanging ones, and frees the port. May be called again. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const serverOptions = {
  // Long enough for a find with a name of 5000 characters, each percent-encoded from four bytes.
  maxHeaderSize: 128 * 1024,
  // Node's own 5 seconds end connections that a client is about to use again.
  keepAliveTimeout: 75_000,
};

/**
 * Starts a server that answers Stripe's Secret Store API from memory.
 *
 * @throws TypeError for an option that is unknown or wrong
 * @throws Error if the port is in use
 * @example
 * const emulator = await startEmulator();
 * const stripe = new Stripe('sk_test_emulator', { host: emulator.host, port: emulator.port, protocol: 'http' });
 * await stripe.apps.secrets.create({ scope: { type: 'account' }, name: 'api-key', payload: 's3cret' });
 * await emulator.close();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options);
  const state = createState(resolved);
  const inFlight = new Set<ServerResponse>();
  const server = createServer(
    serverOptions,
    serializeRequests((request, response) => {
      inFlight.add(response);
      response.once('close', () => inFlight.delete(response));
      void respond(request, response, { options: resolved, state, signal: state.signal }); // it never rejects
    }),
  );
  await listen(server, resolved);
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const { host } = resolved;
  let closed: Promise<void> | undefined;

  const close = (): Promise<void> => {
    closed ??= stop(server, state.abortRequests);
    return closed;
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    requests: {
      count: state.log.count,
      list: state.log.list,
      get inFlight() {
        return inFlight.size;
      },
    },
    secrets: createEmulatorSecrets(state.store, resolved),
    faults: { add: state.faults.add, pending: state.faults.pending, clear: state.faults.clear },
    permissions: { grant: state.permissions.grant, revoke: state.permissions.revoke },
    accounts: { install: state.installations.install, uninstall: state.installations.uninstall },
    reset: state.reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function stop(server: Server, abortRequests: () => void): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  abortRequests();
  server.closeAllConnections();
  await done;
}

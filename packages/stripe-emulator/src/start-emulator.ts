/// <reference lib="esnext.disposable" preserve="true" />
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Installations } from './access/installations.js';
import type { Permissions } from './access/permissions.js';
import { dashboardPath } from './dashboard/dashboard-endpoint.js';
import { createSession, type Dashboard } from './dashboard/dashboard-session.js';
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
  /** URL of the server, such as `http://127.0.0.1:43210`. */
  readonly url: string;
  /** Address on which the server listens. */
  readonly host: string;
  /** Port on which the server listens. */
  readonly port: number;
  /** Log of the requests. */
  readonly requests: RequestLog;
  /** Reads and writes secrets without HTTP. */
  readonly secrets: EmulatorSecrets;
  /** Injects faults into requests. */
  readonly faults: Faults;
  /** Grants and revokes `secret_write`. */
  readonly permissions: Permissions;
  /** Installs and uninstalls the app on connected accounts. */
  readonly accounts: Installations;
  /** The endpoint for the page that stands in for the Dashboard; `undefined` without the option `dashboard`. */
  readonly dashboard: Dashboard | undefined;
  /**
   * Clears secrets, requests, faults, idempotency keys and rate limits, and restores permissions and installations.
   * Requests in flight change nothing any more, and get no response.
   */
  reset(): void;
  /** Closes every connection, also hanging ones, and frees the port. Safe to call more than once. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const serverOptions = {
  // Room for a find with a name of 5000 characters, each percent-encoded from four bytes.
  maxHeaderSize: 128 * 1024,
  // Node's default of 5 seconds closes connections that a client is about to reuse.
  keepAliveTimeout: 75_000,
};

/**
 * Starts a local server that emulates Stripe's Secret Store API. Secrets are kept in memory.
 *
 * @throws `TypeError` when an option is unknown or wrong.
 * @throws `Error` when the port is in use.
 * @example
 * const emulator = await startEmulator();
 * const stripe = new Stripe('sk_test_emulator', { host: emulator.host, port: emulator.port, protocol: 'http' });
 * await stripe.apps.secrets.create({ scope: { type: 'account' }, name: 'api-key', payload: 'an example' });
 * await emulator.close();
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const resolved = resolveOptions(options);
  const state = createState(resolved);
  const session = resolved.dashboard && createSession(resolved.dashboard);
  const inFlight = new Set<ServerResponse>();
  const server = createServer(
    serverOptions,
    serializeRequests((request, response) => {
      inFlight.add(response);
      response.once('close', () => inFlight.delete(response));
      void respond(request, response, { options: resolved, state, signal: state.signal }, session); // never rejects
    }),
  );
  await listen(server, resolved);
  const { port } = server.address() as AddressInfo; // the address of a listening TCP server is not a string
  const { host } = resolved;
  let closed: Promise<void> | undefined;

  const close = (): Promise<void> => {
    closed ??= stop(server, state.abortRequests);
    return closed;
  };
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    url,
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
    dashboard: session && { url: url + dashboardPath, token: session.token },
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

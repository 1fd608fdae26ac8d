import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Permissions } from './access/permissions.js';
import { bodyTooLarge, foreignHost } from './api/failures.js';
import { type Answer, handleRequest, type RequestContext } from './api/handle-request.js';
import { deliver } from './faults/deliver.js';
import type { Faults } from './faults/fault-queue.js';
import type { EmulatorOptions } from './options/emulator-options.js';
import { resolveOptions } from './options/resolve-options.js';
import { handleControl, isControlPath } from './server/control-endpoint.js';
import { isLoopback } from './server/is-loopback.js';
import { listen } from './server/listen.js';
import { maxBodyBytes, readBody } from './server/read-body.js';
import { failureReply, type Reply } from './server/reply.js';
import type { RequestLog } from './server/request-log.js';
import { createState } from './state.js';
import { createSecretsBackDoor, type SecretsBackDoor } from './store/secrets-back-door.js';

/** A running emulator. */
export interface Emulator {
  /** Where it listens, such as `http://127.0.0.1:43210`. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** What was asked. */
  readonly requests: RequestLog;
  /** The store, without HTTP. */
  readonly secrets: SecretsBackDoor;
  /** Scripts what goes wrong. */
  readonly faults: Faults;
  /** Grants and revokes `secret_write`. */
  readonly permissions: Permissions;
  /** Forgets secrets, requests, faults, idempotency keys and rates, and restores the permissions. */
  reset(): void;
  /** Ends every connection, also hanging ones, and frees the port. May be called again. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Long enough for a find with a name of 5000 characters, each percent-encoded from four bytes. */
const maxHeaderBytes = 128 * 1024;

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
  const closing = new AbortController();
  const context: RequestContext = { options: resolved, state, signal: closing.signal };
  const underWay = new Set<ServerResponse>();
  const server = createServer({ maxHeaderSize: maxHeaderBytes }, (request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    // A client that leaves while it is answered ends here: there is nobody left to tell.
    respond(request, response, context).catch(() => response.destroy());
  });
  await listen(server, resolved);
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const { host } = resolved;
  let closed: Promise<void> | undefined;

  const close = (): Promise<void> => {
    closed ??= stop(server, closing);
    return closed;
  };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    requests: {
      count: state.log.count,
      list: state.log.list,
      get underWay() {
        return underWay.size;
      },
    },
    secrets: createSecretsBackDoor(state.store, resolved),
    faults: { add: state.faults.add, pending: state.faults.pending, clear: state.faults.clear },
    permissions: { grant: state.permissions.grant, revoke: state.permissions.revoke },
    reset: state.reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const { reply, delivery } = await answer(request, context);
  await deliver(response, reply, delivery, context.signal);
}

async function answer(request: IncomingMessage, context: RequestContext): Promise<Answer> {
  const { method = 'GET', headers, url = '/' } = request;
  const body = await readBody(request);
  if (!context.options.allowRemote && !isOwnHost(headers.host, context.options.host)) {
    return sent(failureReply(foreignHost()));
  }
  if (body === undefined) return sent(failureReply(bodyTooLarge(maxBodyBytes)));
  const [path, query] = split(url);
  const call = { method, path, query, headers, body };
  if (isControlPath(path)) return sent(handleControl(call, context.state));
  return handleRequest(call, context);
}

function sent(reply: Reply): Answer {
  return {
    reply: { ...reply, headers: { 'Content-Type': 'application/json', ...reply.headers } },
    delivery: { kind: 'send' },
  };
}

function split(url: string): readonly [string, string] {
  const end = url.indexOf('?');
  return end === -1 ? [url, ''] : [url.slice(0, end), url.slice(end + 1)];
}

/** A page that points its own name at this machine still sends that name as Host. */
function isOwnHost(header: string | undefined, host: string): boolean {
  const name = header?.replace(/:\d+$/, '') ?? '';
  return isLoopback(name) || name === host;
}

async function stop(server: Server, closing: AbortController): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  closing.abort();
  server.closeAllConnections();
  await done;
}

import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from '../api/api-request.js';
import { badEncoding, bodyTooLarge } from '../api/emulator-failures.js';
import { handleRequest, type PlannedReply } from '../api/handle-request.js';
import { dashboardPath, handleDashboard } from '../dashboard/dashboard-endpoint.js';
import type { DashboardSession } from '../dashboard/dashboard-session.js';
import { deliver } from '../faults/deliver.js';
import { checkHostAndOrigin } from './check-host-and-origin.js';
import { handleControl, isControlPath } from './control-endpoint.js';
import { maxBodyBytes, readBody } from './read-body.js';
import { failureReply, type Reply } from './reply.js';

/**
 * Responds to one HTTP request. An aborted request gets no response, and its connection stays open until the client
 * disconnects or the emulator closes: after a closed connection the client would retry, into the next test.
 */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  session: DashboardSession | undefined,
): Promise<void> {
  const { socket } = request; // keep it: an aborted request drops its reference
  const { signal } = context;
  try {
    const { reply, delivery } = await planReply(request, context, session);
    await deliver(response, reply, delivery, signal);
  } catch {
    if (!signal.aborted) socket.destroy();
  }
}

async function planReply(
  request: IncomingMessage,
  context: RequestContext,
  session: DashboardSession | undefined,
): Promise<PlannedReply> {
  const { method = 'GET', headers, url = '/' } = request;
  const body = await readBody(request);
  const [path, query] = split(url);
  const ofDashboard = session !== undefined && path === dashboardPath;
  const refusal = ofDashboard ? undefined : checkHostAndOrigin(headers, context.options);
  if (refusal) return plainReply(failureReply(refusal));
  if (!body) return plainReply(failureReply(bodyTooLarge(maxBodyBytes)));
  if (!isUtf8(body)) return plainReply(failureReply(badEncoding()));
  const call = { method, path, query, headers, body: body.toString('utf8') };
  if (ofDashboard) return handleDashboard(call, session, context);
  if (isControlPath(path)) return plainReply(handleControl(call, context.state));
  return handleRequest(call, context);
}

function plainReply(reply: Reply): PlannedReply {
  return {
    reply: { ...reply, headers: { 'Content-Type': 'application/json', ...reply.headers } },
    delivery: { kind: 'send' },
  };
}

/** Returns path and query. A request through a proxy has an absolute URL. */
function split(url: string): readonly [string, string] {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '');
  const end = target.indexOf('?');
  return end === -1 ? [target, ''] : [target.slice(0, end), target.slice(end + 1)];
}

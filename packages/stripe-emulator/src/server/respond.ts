import { isUtf8 } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from '../api/api-request.js';
import { badEncoding, bodyTooLarge } from '../api/emulator-failures.js';
import { handleRequest, type PlannedReply } from '../api/handle-request.js';
import { deliver } from '../faults/deliver.js';
import { checkHostAndOrigin } from './check-host-and-origin.js';
import { handleControl, isControlPath } from './control-endpoint.js';
import { maxBodyBytes, readBody } from './read-body.js';
import { failureReply, type Reply } from './reply.js';

/**
 * Answers one HTTP request. One that is abandoned gets no answer: a broken connection would make its client try again,
 * in the middle of what comes after. It ends when the client leaves, or with the emulator.
 */
export async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
): Promise<void> {
  const { socket } = request; // a request that is read no further forgets it
  const { signal } = context;
  try {
    const { reply, delivery } = await planReply(request, context);
    await deliver(response, reply, delivery, signal);
  } catch {
    if (!signal.aborted) socket.destroy();
  }
}

async function planReply(request: IncomingMessage, context: RequestContext): Promise<PlannedReply> {
  const { method = 'GET', headers, url = '/' } = request;
  const body = await readBody(request);
  const refusal = checkHostAndOrigin(headers, context.options);
  if (refusal) return plainReply(failureReply(refusal));
  if (!body) return plainReply(failureReply(bodyTooLarge(maxBodyBytes)));
  if (!isUtf8(body)) return plainReply(failureReply(badEncoding()));
  const [path, query] = split(url);
  const call = { method, path, query, headers, body: body.toString('utf8') };
  if (isControlPath(path)) return plainReply(handleControl(call, context.state));
  return handleRequest(call, context);
}

function plainReply(reply: Reply): PlannedReply {
  return {
    reply: { ...reply, headers: { 'Content-Type': 'application/json', ...reply.headers } },
    delivery: { kind: 'send' },
  };
}

/** Path and query. A request through a proxy names the server too. */
function split(url: string): readonly [string, string] {
  const own = url.replace(/^https?:\/\/[^/?]*/i, '');
  const end = own.indexOf('?');
  return end === -1 ? [own, ''] : [own.slice(0, end), own.slice(end + 1)];
}

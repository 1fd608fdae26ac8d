import { ApiFailure } from '../api/api-failure.js';
import type { ApiRequest, RequestContext } from '../api/api-request.js';
import { hostNotAllowed } from '../api/emulator-failures.js';
import { handleRequest, type PlannedReply } from '../api/handle-request.js';
import { isLoopbackHost } from '../server/check-host-and-origin.js';
import { failureReply, jsonReply, type Reply } from '../server/reply.js';
import type { DashboardSession } from './dashboard-session.js';
import { readDashboardRequest } from './read-dashboard-request.js';

/** Path of the endpoint. */
export const dashboardPath = '/_emulator/dashboard';

/**
 * Processes a request of the page that stands in for the Dashboard: one API request of its extension, in the session's account
 * and for its user. The response has the shape of the extension SDK.
 *
 * @throws `ApiFailure` for a request of any other page or program.
 */
export async function handleDashboard(
  { method, headers, body }: ApiRequest,
  session: DashboardSession,
  context: RequestContext,
): Promise<PlannedReply> {
  if (!isLoopbackHost(headers.host)) return plain(failureReply(hostNotAllowed()), {});
  if (headers.origin !== session.origin) return plain(failureReply(otherOrigin()), {});
  const cors = { 'Access-Control-Allow-Origin': session.origin, Vary: 'Origin' };
  try {
    if (method === 'OPTIONS') return plain({ status: 204, headers: preflight, body: '' }, cors);
    if (method !== 'POST')
      throw new ApiFailure({ status: 405, message: 'emulator: method must be POST, got another one.' });
    if (!session.accepts(headers.authorization)) throw wrongToken();
    if (headers['content-type'] !== 'application/json') {
      throw new ApiFailure({
        status: 415,
        message: 'emulator: Content-Type must be application/json, got another type.',
      });
    }
    const base = `http://${headers.host}`;
    const request = readDashboardRequest(body, base);
    const { reply, delivery } = await handleRequest(request, { ...context, session });
    const url = `https://api.stripe.com${request.path}${request.query && `?${request.query}`}`;
    return { reply: withHeaders(jsonReply(200, serialized(reply, url)), cors), delivery };
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return plain(failureReply(error), cors);
  }
}

const preflight = {
  'Access-Control-Allow-Methods': 'POST',
  'Access-Control-Allow-Headers': 'authorization, content-type',
};

/** Returns a response as the extension SDK gets it: its headers in lower case, and its body as `json` if it is JSON. */
function serialized({ status, headers, body }: Reply, url: string): object {
  return {
    ...jsonOf(body),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ok: status >= 200 && status < 300,
    redirected: false,
    status,
    statusText: '',
    type: 'cors',
    url,
  };
}

function jsonOf(body: string): { readonly json?: unknown } {
  try {
    return { json: JSON.parse(body) as unknown };
  } catch {
    return {};
  }
}

function plain(reply: Reply, headers: Reply['headers']): PlannedReply {
  return { reply: withHeaders(reply, headers), delivery: { kind: 'send' } };
}

function withHeaders(reply: Reply, headers: Reply['headers']): Reply {
  return {
    ...reply,
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      ...reply.headers,
      ...headers,
    },
  };
}

function otherOrigin(): ApiFailure {
  return new ApiFailure({
    status: 403,
    message: 'emulator: Origin must be the option dashboard.origin, got another one or none.',
  });
}

function wrongToken(): ApiFailure {
  return new ApiFailure({
    status: 401,
    message:
      'emulator: Authorization must have the token of the session, emulator.dashboard.token, got another one or none.',
  });
}

import { type Delivery, sendsNoStatus } from '../faults/deliver.js';
import { noFault } from '../faults/fault-plan.js';
import type { Reply } from '../server/reply.js';
import { newRequestId } from '../store/random-id.js';
import type { ApiRequest, RequestContext } from './api-request.js';
import { defaultVersion } from './api-version.js';
import { responseHeaders } from './response-headers.js';
import { nameOf, type Progress, runRequest } from './run-request.js';

/** A response, and how to send it. */
export interface PlannedReply {
  readonly reply: Reply;
  readonly delivery: Delivery;
}

/**
 * Processes one API request like Stripe, and adds it to the log.
 *
 * @throws The signal's reason, when the signal aborts before the request ends.
 */
export async function handleRequest(request: ApiRequest, context: RequestContext): Promise<PlannedReply> {
  const startedAt = performance.now();
  const progress: Progress = { requestId: newRequestId(), version: defaultVersion, plan: noFault };
  const ownReply = await runRequest(request, context, progress);
  context.signal.throwIfAborted();
  const { plan, caller } = progress;
  const reply = plan.change(ownReply);
  context.state.log.record({
    method: request.method,
    path: request.path,
    operation: progress.operation ?? null,
    name: nameOf(progress.form),
    account: caller?.account ?? null,
    mode: caller?.mode ?? null,
    status: sendsNoStatus(plan.delivery) ? null : reply.status,
    requestId: progress.requestId,
    durationMs: performance.now() - startedAt,
    fault: progress.fault?.kind ?? null,
    replayed: progress.replayOf !== undefined,
  });
  const headers = mergeHeaders(responseHeaders(reply.status, progress), reply.headers);
  return { reply: { ...reply, headers }, delivery: plan.delivery };
}

/** Returns both sets of headers. Header names are compared without case, and `own` overrides `base`. */
function mergeHeaders(base: Reply['headers'], own: Reply['headers']): Reply['headers'] {
  const replaced = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(base).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...own };
}

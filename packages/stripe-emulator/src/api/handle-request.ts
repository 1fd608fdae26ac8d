import { type Delivery, sendsNoStatus } from '../faults/deliver.js';
import { noFault } from '../faults/fault-plan.js';
import type { Reply } from '../server/reply.js';
import { newRequestId } from '../store/random-id.js';
import type { ApiRequest, RequestContext } from './api-request.js';
import { defaultVersion } from './api-version.js';
import { responseHeaders } from './response-headers.js';
import { nameOf, type Progress, runRequest } from './run-request.js';

/** An answer and the way it is to arrive. */
export interface PlannedReply {
  readonly reply: Reply;
  readonly delivery: Delivery;
}

/**
 * Answers one API request as Stripe would, and writes it in the log.
 *
 * @throws the signal's reason if it fires meanwhile
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

/** Header names of a fault may be in any case: the later one wins. */
function mergeHeaders(base: Reply['headers'], own: Reply['headers']): Reply['headers'] {
  const replaced = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(base).filter(([name]) => !replaced.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...own };
}

import type { IncomingHttpHeaders } from 'node:http';
import { authenticate, type Caller } from '../access/authenticate.js';
import type { Delivery } from '../faults/deliver.js';
import { sendsNothing } from '../faults/deliver.js';
import type { Fault } from '../faults/fault.js';
import { type FaultPlan, noFault, planFault } from '../faults/fault-plan.js';
import type { ResolvedOptions } from '../options/resolve-options.js';
import { failureReply, jsonReply, type Reply } from '../server/reply.js';
import { sleep } from '../server/sleep.js';
import type { EmulatorState } from '../state.js';
import { newRequestId } from '../store/random-id.js';
import { decodeForm, type Form } from './decode-form.js';
import { executeOperation } from './execute-operation.js';
import { badVersion, notAForm, unknownUrl } from './failures.js';
import { type IdempotencyClaim, requestFingerprint } from './idempotency.js';
import { matchOperation, type Operation } from './operation.js';
import { readParams } from './read-params.js';
import { defaultVersion, responseHeaders } from './response-headers.js';

/** One request, read whole. */
export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a request needs to be answered. */
export interface RequestContext {
  readonly options: ResolvedOptions;
  readonly state: EmulatorState;
  /** Fires when the emulator closes. */
  readonly signal: AbortSignal;
}

/** An answer and the way it is to arrive. */
export interface Answer {
  readonly reply: Reply;
  readonly delivery: Delivery;
}

/** What becomes known of a request on its way. */
interface Progress {
  readonly requestId: string;
  operation?: Operation | undefined;
  form?: Form;
  caller?: Caller;
  fault?: Fault | undefined;
  plan: FaultPlan;
  idempotencyKey?: string;
  replayOf?: string;
}

/** Answers one API request as Stripe would, and writes it in the log. Never throws. */
export async function handleRequest(request: ApiRequest, context: RequestContext): Promise<Answer> {
  const startedAt = performance.now();
  const progress: Progress = { requestId: newRequestId(), plan: noFault };
  const plain = await runRequest(request, context, progress).catch(async (error: unknown) => {
    await wait(context, progress);
    return failureReply(error, logLink(progress));
  });
  const { plan, fault, caller, replayOf } = progress;
  const changed = plan.change(plain);
  const headers = responseHeaders({
    status: changed.status,
    requestId: progress.requestId,
    version: readVersion(request.headers) ?? defaultVersion,
    mode: caller?.mode,
    account: caller && caller.account !== caller.keyAccount ? caller.account : undefined,
    idempotencyKey: progress.idempotencyKey,
    replayOf,
  });
  context.state.log.record({
    method: request.method,
    path: request.path,
    operation: progress.operation ?? null,
    name: nameOf(progress.form),
    account: caller?.account ?? null,
    mode: caller?.mode ?? null,
    status: sendsNothing(plan.delivery) ? null : changed.status,
    requestId: progress.requestId,
    durationMs: performance.now() - startedAt,
    fault: fault?.kind ?? null,
    replayed: replayOf !== undefined,
  });
  return { reply: { ...changed, headers: mergeHeaders(headers, changed.headers) }, delivery: plan.delivery };
}

async function runRequest(request: ApiRequest, context: RequestContext, progress: Progress): Promise<Reply> {
  const { method, path, headers } = request;
  const { options, state } = context;
  const operation = matchOperation(method, path);
  progress.operation = operation;
  if (!operation) throw unknownUrl(method, path);
  const caller = authenticate(headers, { ...options, permissions: state.permissions });
  progress.caller = caller;
  if (readVersion(headers) === undefined) throw badVersion();
  const form = readForm(request);
  progress.form = form;

  progress.fault = state.faults.take({ operation, account: caller.account, name: nameOf(form) });
  if (progress.fault) progress.plan = planFault(progress.fault, caller.account);
  if (!progress.plan.executes) {
    await wait(context, progress);
    return noReply;
  }

  state.rateLimiter?.admit({ account: caller.keyAccount, mode: caller.mode, operation });
  const params = readParams(operation, form, { assume: options.assume, now: options.now() });
  const claim = claimKey(request, state, progress);
  try {
    await wait(context, progress);
    if (claim?.saved) {
      progress.replayOf = claim.saved.requestId;
      return { status: claim.saved.status, headers: {}, body: claim.saved.body };
    }
    const { account, mode } = caller;
    const space = { account, mode, scope: params.scope };
    const reply = execute(operation, { store: state.store, space, params, assume: options.assume }, progress);
    claim?.save({ status: reply.status, body: reply.body, requestId: progress.requestId });
    return reply;
  } finally {
    claim?.release();
  }
}

function wait({ options, signal }: RequestContext, { plan }: Progress): Promise<void> {
  return sleep(options.latencyMs + plan.delayMs, signal);
}

/** The answer of a request that does not run: its fault puts another in its place. */
const noReply: Reply = { status: 500, headers: {}, body: '' };

/** A failure here belongs to a request that ran, so it is an answer like any other. */
function execute(
  operation: Operation,
  context: Parameters<typeof executeOperation>[1],
  progress: Progress,
): Reply {
  try {
    return jsonReply(200, executeOperation(operation, context));
  } catch (error) {
    return failureReply(error, logLink(progress));
  }
}

function claimKey(
  { method, headers }: ApiRequest,
  state: EmulatorState,
  progress: Progress,
): IdempotencyClaim | undefined {
  const key = headers['idempotency-key'];
  const { operation, caller, form } = progress;
  if (method !== 'POST' || typeof key !== 'string' || key === '') return undefined;
  if (!operation || !caller || !form) return undefined;
  progress.idempotencyKey = key;
  return state.idempotencyKeys.claim({
    owner: [caller.keyAccount, caller.mode],
    key,
    fingerprint: requestFingerprint(operation, caller.account, form),
  });
}

function readForm({ method, query, headers, body }: ApiRequest): Form {
  if (method !== 'POST') return decodeForm(query);
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (body !== '' && type !== 'application/x-www-form-urlencoded') throw notAForm();
  return decodeForm([query, body].filter((part) => part !== '').join('&'));
}

function readVersion(headers: IncomingHttpHeaders): string | undefined {
  const version = headers['stripe-version'] ?? defaultVersion;
  return typeof version === 'string' && /^\d{4}-\d\d-\d\d(?:\.\w+)?$/.test(version) ? version : undefined;
}

function nameOf(form: Form | undefined): string | null {
  const name = form?.['name'];
  return typeof name === 'string' ? name : null;
}

function logLink({ requestId, caller }: Progress): { requestId: string; livemode: boolean } | undefined {
  return caller && { requestId, livemode: caller.mode === 'live' };
}

/** Header names of a fault may be in any case: the later one wins. */
function mergeHeaders(base: Reply['headers'], own: Reply['headers']): Reply['headers'] {
  const overridden = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(base).filter(([name]) => !overridden.has(name.toLowerCase()));
  return { ...Object.fromEntries(kept), ...own };
}

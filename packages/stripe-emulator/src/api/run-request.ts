import { authenticate, type Caller } from '../access/authenticate.js';
import type { Fault } from '../faults/fault.js';
import { type FaultPlan, planFault } from '../faults/fault-plan.js';
import { failureReply, jsonReply, type Reply } from '../server/reply.js';
import { sleep } from '../server/sleep.js';
import type { RequestLogLink } from './api-failure.js';
import type { ApiRequest, RequestContext } from './api-request.js';
import { readVersion } from './api-version.js';
import type { Form } from './decode-form.js';
import { otherUser } from './emulator-failures.js';
import { executeOperation } from './execute-operation.js';
import { type IdempotencyClaim, requestFingerprint } from './idempotency.js';
import { matchOperation, type Operation } from './operation.js';
import { readForm } from './read-form.js';
import { type Params, readParams } from './read-params.js';
import { unknownUrl } from './stripe-failures.js';

/** Data about a request, collected while it is processed. Incomplete for a request that fails early. */
export interface Progress {
  readonly requestId: string;
  version: string;
  operation?: Operation | undefined;
  caller?: Caller;
  form?: Form;
  fault?: Fault | undefined;
  plan: FaultPlan;
  /** Set after the request has claimed its idempotency key. */
  idempotencyKey?: string;
  /** Id of the request whose saved response is replayed. */
  replayOf?: string;
}

/** An authenticated request with its operation and parameters. */
interface IdentifiedRequest {
  readonly operation: Operation;
  readonly caller: Caller;
  readonly form: Form;
  readonly key: string | undefined;
}

/** Checks a request and executes it. Never rejects. Writes data about the request into `progress`. */
export async function runRequest(
  request: ApiRequest,
  context: RequestContext,
  progress: Progress,
): Promise<Reply> {
  try {
    const identified = identify(request, context, progress);
    takeFault(identified, context, progress);
    return await runIdentified(identified, context, progress);
  } catch (error) {
    await wait(context, progress);
    return failureReply(error, linkOf(progress));
  }
}

/** Returns the name in a form, valid or not. */
export function nameOf(form: Form | undefined): string | null {
  const name = form?.['name'];
  return typeof name === 'string' ? name : null;
}

function identify(request: ApiRequest, context: RequestContext, progress: Progress): IdentifiedRequest {
  const { method, path, headers } = request;
  const operation = matchOperation(method, path);
  progress.operation = operation;
  if (!operation) throw unknownUrl(method, path);
  const caller = authenticate(headers, context);
  progress.caller = caller;
  progress.version = readVersion(headers);
  const form = readForm(request);
  progress.form = form;
  const key = headers['idempotency-key'];
  return {
    operation,
    caller,
    form,
    key: method === 'POST' && typeof key === 'string' && key ? key : undefined,
  };
}

function takeFault(
  { operation, caller: { account }, form, key }: IdentifiedRequest,
  { options, state }: RequestContext,
  progress: Progress,
): void {
  const fault = state.faults.take({ operation, account, name: nameOf(form) });
  progress.fault = fault;
  if (!fault) return;
  const { errors } = options.assume;
  progress.plan = planFault(fault, { account, idempotencyKey: key, link: linkOf(progress), errors });
}

async function runIdentified(
  identified: IdentifiedRequest,
  context: RequestContext,
  progress: Progress,
): Promise<Reply> {
  const { operation, caller, form } = identified;
  const { options, state } = context;
  const { plan } = progress;
  if (!plan.executes && !plan.saves) {
    await wait(context, progress);
    return discardedReply;
  }
  state.rateLimiter?.admit({ account: caller.keyAccount, mode: caller.mode, operation });
  const params = readParams(operation, form, { assume: options.assume, now: options.now() });
  checkUser(params.scope, caller);
  const claim = claimKey(identified, context, progress);
  try {
    await wait(context, progress);
    context.signal.throwIfAborted();
    if (claim?.saved) {
      progress.replayOf = claim.saved.requestId;
      return { status: claim.saved.status, headers: {}, body: claim.saved.body };
    }
    const { account, mode } = caller;
    const space = { account, mode, scope: params.scope };
    const execution = { store: state.store, space, params, assume: options.assume };
    const reply = plan.executes ? execute(operation, execution, progress) : discardedReply;
    const { status, body } = plan.saves ? plan.change(reply) : reply;
    claim?.save({ status, body, requestId: progress.requestId });
    return reply;
  } finally {
    claim?.release();
  }
}

/** A UI extension reaches the account and its own user, never another one. */
function checkUser(scope: Params['scope'], { user }: Caller): void {
  if (user !== undefined && scope.type === 'user' && scope.user !== user) throw otherUser();
}

/** The response of a request that is not executed. Its fault replaces it. */
const discardedReply: Reply = { status: 500, headers: {}, body: '' };

/** Returns the response. A failure of an executed request is a response too, and is saved like any other. */
function execute(
  operation: Operation,
  execution: Parameters<typeof executeOperation>[1],
  progress: Progress,
): Reply {
  try {
    return jsonReply(200, executeOperation(operation, execution));
  } catch (error) {
    return failureReply(error, linkOf(progress));
  }
}

function claimKey(
  { operation, caller, form, key }: IdentifiedRequest,
  { state }: RequestContext,
  progress: Progress,
): IdempotencyClaim | undefined {
  if (key === undefined) return undefined;
  progress.idempotencyKey = key;
  return state.idempotencyKeys.claim({
    owner: [caller.keyAccount, caller.mode],
    key,
    fingerprint: requestFingerprint(operation, caller.account, form),
  });
}

function wait({ options, signal }: RequestContext, { plan }: Progress): Promise<void> {
  return sleep(options.latencyMs + plan.delayMs, signal);
}

function linkOf({ requestId, caller }: Progress): RequestLogLink | undefined {
  return caller && { requestId, livemode: caller.mode === 'live' };
}

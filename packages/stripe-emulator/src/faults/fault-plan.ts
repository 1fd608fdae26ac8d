import { ApiFailure, type RequestLogLink } from '../api/api-failure.js';
import {
  assumedFailure,
  badKey,
  idempotencyKeyInUse,
  lockTimeout,
  rateLimited,
} from '../api/stripe-failures.js';
import type { ResolvedErrors } from '../options/assumed-errors.js';
import { failureReply, jsonReply, type Reply } from '../server/reply.js';
import type { Delivery } from './deliver.js';
import type { Fault } from './fault.js';

/** Effects of a fault on one request. */
export interface FaultPlan {
  /** Whether the request is executed. */
  readonly executes: boolean;
  /** Whether the changed response is saved for the idempotency key, instead of the real response. */
  readonly saves: boolean;
  /** Delay before the request is executed, in milliseconds. */
  readonly delayMs: number;
  /** Returns the changed response. */
  readonly change: (reply: Reply) => Reply;
  readonly delivery: Delivery;
}

/** The request that a fault affects. */
export interface FaultedRequest {
  readonly account: string;
  readonly idempotencyKey: string | undefined;
  readonly link: RequestLogLink | undefined;
  readonly errors: ResolvedErrors;
}

/** The plan of a request without a fault. */
export const noFault: FaultPlan = {
  executes: true,
  saves: false,
  delayMs: 0,
  change: (reply) => reply,
  delivery: { kind: 'send' },
};

/** Returns the effects of a fault on one request. */
export function planFault(fault: Fault, request: FaultedRequest): FaultPlan {
  const plan = { ...noFault, delayMs: fault.delayMs ?? 0 };
  switch (fault.kind) {
    case 'delay':
      return plan;
    case 'hangBody':
      return { ...plan, delivery: { kind: 'hangBody' } };
    case 'cutBody':
      return { ...plan, delivery: { kind: 'cutBody', chunked: fault.chunked ?? false } };
    case 'drip':
      return {
        ...plan,
        delivery: { kind: 'drip', intervalMs: fault.intervalMs, bytesPerChunk: fault.bytesPerChunk ?? 1 },
      };
    case 'malformedJson':
      return { ...plan, change: (reply) => ({ ...reply, body: withoutLastBracket(reply.body) }) };
    case 'hang':
    case 'reset':
    case 'close':
      return { ...plan, executes: fault.executed ?? false, delivery: { kind: fault.kind } };
    default: {
      const reply = replacement(fault, request);
      const saves = 'saved' in fault && (fault.saved ?? false);
      return { ...plan, executes: fault.executed ?? false, saves, change: () => reply };
    }
  }
}

type ReplyFault = Exclude<
  Fault,
  { kind: 'delay' | 'hangBody' | 'cutBody' | 'drip' | 'malformedJson' | 'hang' | 'reset' | 'close' }
>;

function replacement(fault: ReplyFault, { account, idempotencyKey, link, errors }: FaultedRequest): Reply {
  switch (fault.kind) {
    case 'rateLimited':
      return failureReply(rateLimited(fault.reason ?? 'endpoint-rate', fault.shouldRetry ?? null), link);
    case 'lockTimeout':
      return failureReply(lockTimeout(), link);
    case 'keyInUse':
      return failureReply(idempotencyKeyInUse(idempotencyKey ?? ''), link);
    case 'unauthorized':
      return failureReply(badKey('sk_test_************'));
    case 'forbidden':
      return failureReply(assumedFailure(errors, 'permissionMissing', { account }), link);
    case 'serverError':
      return failureReply(serverError(fault.status ?? 500, fault.shouldRetry), link);
    case 'html':
      return {
        status: fault.status ?? 503,
        headers: { 'Content-Type': 'text/html' },
        body: '<html><body><h1>Service Unavailable</h1></body></html>\n',
      };
    case 'redirect':
      return { status: fault.status ?? 307, headers: { Location: fault.location }, body: '' };
    case 'scalar':
      return jsonReply(200, fault.value);
    case 'reply':
      return typeof fault.body === 'string' || fault.body === undefined
        ? { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' }
        : jsonReply(fault.status, fault.body, fault.headers);
  }
}

function serverError(status: number, shouldRetry: boolean | undefined): ApiFailure {
  return new ApiFailure({
    status,
    type: 'api_error',
    message: 'An unknown error occurred.',
    ...(shouldRetry === undefined ? {} : { headers: { 'Stripe-Should-Retry': String(shouldRetry) } }),
  });
}

/** Returns a body that is complete for HTTP and invalid as JSON: only its last bracket is missing. */
function withoutLastBracket(body: string): string {
  return body.trimEnd().slice(0, -1);
}

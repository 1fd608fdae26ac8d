import { ApiFailure } from '../api/api-failure.js';
import {
  appLacksPermission,
  badKey,
  idempotencyKeyInUse,
  lockTimeout,
  rateLimited,
} from '../api/failures.js';
import { failureReply, jsonReply, type Reply } from '../server/reply.js';
import type { Delivery } from './deliver.js';
import type { Fault } from './fault.js';

/** What a fault does to a request. */
export interface FaultPlan {
  /** Whether the request runs. */
  readonly executes: boolean;
  /** Waits before it runs, in milliseconds. */
  readonly delayMs: number;
  /** Changes the answer. */
  readonly change: (reply: Reply) => Reply;
  readonly delivery: Delivery;
}

/** The plan of a request that nothing happens to. */
export const noFault: FaultPlan = {
  executes: true,
  delayMs: 0,
  change: (reply) => reply,
  delivery: { kind: 'send' },
};

/** Turns a fault into what it does to a request about this account. */
export function planFault(fault: Fault, account: string): FaultPlan {
  switch (fault.kind) {
    case 'delay':
      return { ...noFault, delayMs: fault.delayMs };
    case 'hangBody':
    case 'cutBody':
      return { ...noFault, delivery: { kind: fault.kind } };
    case 'drip':
      return {
        ...noFault,
        delivery: { kind: 'drip', intervalMs: fault.intervalMs, bytesPerChunk: fault.bytesPerChunk ?? 1 },
      };
    case 'malformedJson':
      return { ...noFault, change: (reply) => ({ ...reply, body: withoutEnd(reply.body) }) };
    case 'hang':
    case 'reset':
    case 'close':
      return { ...noFault, executes: fault.executed ?? false, delivery: { kind: fault.kind } };
    default: {
      const reply = replacement(fault, account);
      return { ...noFault, executes: fault.executed ?? false, change: () => reply };
    }
  }
}

type AnsweringFault = Exclude<
  Fault,
  { kind: 'delay' | 'hangBody' | 'cutBody' | 'drip' | 'malformedJson' | 'hang' | 'reset' | 'close' }
>;

function replacement(fault: AnsweringFault, account: string): Reply {
  switch (fault.kind) {
    case 'rateLimit':
      return failureReply(rateLimited('endpoint-rate', fault.shouldRetry ?? null));
    case 'lockTimeout':
      return failureReply(lockTimeout());
    case 'keyInUse':
      return failureReply(idempotencyKeyInUse());
    case 'unauthorized':
      return failureReply(badKey('sk_test_************'));
    case 'forbidden':
      return failureReply(appLacksPermission(account));
    case 'serverError':
      return failureReply(
        new ApiFailure({
          status: fault.status ?? 500,
          type: 'api_error',
          message: 'An unknown error occurred.',
          ...(fault.shouldRetry === undefined
            ? {}
            : { headers: { 'Stripe-Should-Retry': String(fault.shouldRetry) } }),
        }),
      );
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

/** Complete as HTTP, cut as JSON: only the closing bracket is missing, so everything before it is there. */
function withoutEnd(body: string): string {
  return body.trimEnd().slice(0, -1);
}

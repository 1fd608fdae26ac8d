import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { SecretScope } from '../store/secret-space.js';
import type { Form } from './decode-form.js';
import { nearestName } from './nearest-name.js';
import type { Operation } from './operation.js';
import { readExpand } from './read-expand.js';
import { readInteger } from './read-integer.js';
import { readScope } from './read-scope.js';
import { readText } from './read-text.js';
import { assumedFailure, integerOutOfRange, missingParam, unknownParams } from './stripe-failures.js';

/** The parameters of one request after the checks. Only those of its operation are set. */
export interface Params {
  readonly scope: SecretScope;
  readonly name: string;
  readonly payload: string;
  /** In Unix seconds. */
  readonly expiresAt: number | undefined;
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly endingBefore: string | undefined;
  readonly expandsPayload: boolean;
}

/** Assumptions and time for the checks. */
export interface ReadContext {
  readonly assume: ResolvedAssumptions;
  /** In epoch milliseconds. */
  readonly now: number;
}

const known: { readonly [O in Operation]: readonly string[] } = {
  create: ['name', 'payload', 'scope', 'expires_at', 'expand'],
  find: ['name', 'scope', 'expand'],
  delete: ['name', 'scope', 'expand'],
  list: ['scope', 'limit', 'starting_after', 'ending_before', 'expand'],
};
const required: { readonly [O in Operation]: readonly string[] } = {
  create: ['name', 'payload', 'scope'],
  find: ['name', 'scope'],
  delete: ['name', 'scope'],
  list: ['scope'],
};
const maxExpirySeconds = 100 * 365.25 * 24 * 60 * 60;

/**
 * Checks the parameters of a request.
 *
 * @throws `ApiFailure` 400 with Stripe's error for the first invalid parameter.
 */
export function readParams(operation: Operation, form: Form, { assume, now }: ReadContext): Params {
  refuseUnknown(Object.keys(form), known[operation]);
  for (const name of required[operation]) if (form[name] === undefined) throw missingParam(name);
  const text = (param: string): string | undefined => readText(form[param], param, assume);
  const startingAfter = text('starting_after');
  const endingBefore = text('ending_before');
  if (startingAfter !== undefined && endingBefore !== undefined) {
    throw assumedFailure(assume.errors, 'bothCursors');
  }
  return {
    name: readName(text('name'), assume),
    payload: text('payload') ?? '',
    scope: readScope(form['scope'], assume),
    expiresAt: readExpiry(form, now, assume),
    limit: readLimit(form),
    startingAfter,
    endingBefore,
    expandsPayload: readExpand(form['expand'], operation, assume),
  };
}

function refuseUnknown(names: readonly string[], allowed: readonly string[]): void {
  const unknown = names.filter((name) => !allowed.includes(name));
  const [only, ...others] = unknown;
  if (only === undefined) return;
  throw unknownParams(unknown, others.length === 0 ? nearestName(only, allowed) : undefined);
}

function readName(name: string | undefined, assume: ResolvedAssumptions): string {
  if (name !== undefined && assume.namePattern && !assume.namePattern.test(name)) {
    throw assumedFailure(assume.errors, 'nameRefused', { name });
  }
  return name ?? '';
}

function readExpiry(form: Form, nowMs: number, { errors }: ResolvedAssumptions): number | undefined {
  const expiresAt = readInteger(form['expires_at'], 'expires_at');
  if (expiresAt === undefined) return undefined;
  if (expiresAt * 1000 <= nowMs) throw assumedFailure(errors, 'expiryInPast');
  if (expiresAt > nowMs / 1000 + maxExpirySeconds) throw assumedFailure(errors, 'expiryTooFar');
  return expiresAt;
}

function readLimit(form: Form): number {
  const limit = readInteger(form['limit'], 'limit') ?? 10;
  if (limit < 1) throw integerOutOfRange('limit', 'greater than or equal to 1');
  if (limit > 100) throw integerOutOfRange('limit', 'less than or equal to 100');
  return limit;
}

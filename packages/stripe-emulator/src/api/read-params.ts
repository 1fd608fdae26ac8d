import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { SecretScope } from '../store/secret-space.js';
import type { ApiFailure } from './api-failure.js';
import type { Form } from './decode-form.js';
import {
  emptyParam,
  integerOutOfRange,
  invalidParam,
  missingParam,
  notAnInteger,
  unknownParams,
} from './failures.js';
import type { Operation } from './operation.js';
import { readExpand } from './read-expand.js';
import { readScope } from './read-scope.js';

/** The parameters of one request, checked. Only those of its operation are set. */
export interface Params {
  readonly scope: SecretScope;
  readonly name: string;
  readonly payload: string;
  /** Unix seconds. */
  readonly expiresAt: number | undefined;
  readonly limit: number;
  readonly startingAfter: string | undefined;
  readonly endingBefore: string | undefined;
  readonly expandsPayload: boolean;
}

/** What the checks depend on. */
export interface ReadContext {
  readonly assume: ResolvedAssumptions;
  /** Epoch milliseconds. */
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
const maxLength = 5000;
const maxExpirySeconds = 100 * 365.25 * 24 * 60 * 60;

/**
 * Checks the parameters of a request.
 *
 * @throws ApiFailure with Stripe's error for the first one that is wrong
 */
export function readParams(operation: Operation, form: Form, context: ReadContext): Params {
  const unknown = Object.keys(form).filter((name) => !known[operation].includes(name));
  if (unknown.length > 0) throw unknownParams(unknown);
  for (const name of required[operation]) if (form[name] === undefined) throw missingParam(name);
  const { assume, now } = context;
  const startingAfter = readText(form, 'starting_after', assume);
  const endingBefore = readText(form, 'ending_before', assume);
  if (startingAfter !== undefined && endingBefore !== undefined) {
    throw invalidParam(
      'ending_before',
      'You can only specify one of these parameters: starting_after, ending_before.',
    );
  }
  return {
    name: readText(form, 'name', assume) ?? '',
    payload: readText(form, 'payload', assume) ?? '',
    scope: readScope(form['scope'], (user) => checkLength('scope[user]', user, assume)),
    expiresAt: readExpiry(form, now),
    limit: readLimit(form),
    startingAfter,
    endingBefore,
    expandsPayload: readExpand(form['expand'], operation, assume),
  };
}

function readText(form: Form, param: string, assume: ResolvedAssumptions): string | undefined {
  const value = form[param];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidParam(param, `Invalid string: ${param} must be a single value`);
  if (value === '') throw emptyParam(param);
  const failure = checkLength(param, value, assume);
  if (failure) throw failure;
  return value;
}

function checkLength(param: string, value: string, assume: ResolvedAssumptions): ApiFailure | undefined {
  if (lengthIn(assume.lengthUnit, value) <= maxLength) return undefined;
  const shown = assume.lengthErrorEchoesValue ? value : param;
  return invalidParam(param, `Invalid string: ${shown}; must be at most ${maxLength} characters`);
}

function lengthIn(unit: ResolvedAssumptions['lengthUnit'], value: string): number {
  if (unit === 'bytes') return Buffer.byteLength(value);
  return unit === 'utf16' ? value.length : [...value].length;
}

function readInteger(form: Form, param: string): number | undefined {
  const value = form[param];
  if (value === undefined) return undefined;
  if (typeof value !== 'string')
    throw invalidParam(param, `Invalid integer: ${param} must be a single value`);
  if (value === '') throw emptyParam(param);
  if (!/^-?\d+$/.test(value)) throw notAnInteger(param, value);
  return Number(value);
}

function readExpiry(form: Form, nowMs: number): number | undefined {
  const expiresAt = readInteger(form, 'expires_at');
  if (expiresAt === undefined) return undefined;
  if (expiresAt * 1000 <= nowMs) {
    throw invalidParam('expires_at', 'Invalid expires_at: it must be in the future.');
  }
  if (expiresAt > nowMs / 1000 + maxExpirySeconds) {
    throw invalidParam('expires_at', 'Invalid expires_at: it must be at most 100 years in the future.');
  }
  return expiresAt;
}

function readLimit(form: Form): number {
  const limit = readInteger(form, 'limit') ?? 10;
  if (limit < 1) throw integerOutOfRange('limit', 'greater than or equal to 1');
  if (limit > 100) throw integerOutOfRange('limit', 'less than or equal to 100');
  return limit;
}

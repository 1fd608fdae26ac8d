import { validateHeaderName, validateHeaderValue } from 'node:http';
import { operations } from '../api/operation.js';
import {
  checkOptions,
  isAnything,
  isFlag,
  isInteger,
  isMilliseconds,
  isObject,
  isOneOf,
  isText,
  type OptionCheck,
  type OptionChecks,
  required,
} from '../options/option-checks.js';
import type { Fault, FaultKind, FaultOptions } from './fault.js';

type OwnChecks<K extends FaultKind> = OptionChecks<
  Omit<Extract<Fault, { kind: K }>, keyof FaultOptions | 'kind'> & { delayMs?: number }
>;

const common: Omit<OptionChecks<FaultOptions & { kind: string }>, 'delayMs'> = {
  kind: isText,
  operation: isOneOf(...operations),
  account: isText,
  name: isText,
  times: {
    ok: (value) => value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 1),
    must: 'an integer from 1, or Infinity',
  },
};

const isStatus: OptionCheck = {
  ok: (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
  must: 'an integer from 200 to 599',
};
const isScalar: OptionCheck = {
  ok: (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  must: 'a string, number, boolean or null',
};
const isHeaderText: OptionCheck = {
  ok: (value) => typeof value === 'string' && passes(() => validateHeaderValue('x', value)),
  must: 'a header value',
};
const isHeaders: OptionCheck = {
  ok: (value) =>
    isObject.ok(value) &&
    Object.entries(value as object).every(
      ([name, one]) => passes(() => validateHeaderName(name)) && isHeaderText.ok(one),
    ),
  must: 'an object of header names to values',
};

const shaping = { delayMs: isMilliseconds };
const replacing = { ...shaping, executed: isFlag };
const savable = { ...replacing, saved: isFlag };
const checksOf: { readonly [K in FaultKind]: OwnChecks<K> } = {
  rateLimit: {
    ...replacing,
    shouldRetry: isFlag,
    reason: isOneOf(
      'global-concurrency',
      'global-rate',
      'endpoint-concurrency',
      'endpoint-rate',
      'resource-specific',
    ),
  },
  lockTimeout: replacing,
  keyInUse: replacing,
  unauthorized: replacing,
  forbidden: replacing,
  serverError: { ...savable, status: isInteger(500, 599), shouldRetry: isFlag },
  html: { ...replacing, status: isStatus },
  redirect: { ...replacing, location: required(isHeaderText), status: isStatus },
  scalar: { ...replacing, value: required(isScalar) },
  reply: { ...savable, status: required(isStatus), body: isAnything, headers: isHeaders },
  hang: replacing,
  reset: replacing,
  close: replacing,
  delay: { delayMs: required(isMilliseconds) },
  hangBody: shaping,
  cutBody: { ...shaping, chunked: isFlag },
  malformedJson: shaping,
  drip: {
    ...shaping,
    intervalMs: required(isMilliseconds),
    bytesPerChunk: {
      ok: (value) => Number.isInteger(value) && Number(value) >= 1,
      must: 'an integer from 1',
    },
  },
};

/** The kinds of faults. */
export const faultKinds: readonly string[] = Object.keys(checksOf);

/**
 * Checks a fault that may come from anywhere. No message quotes a value.
 *
 * @throws TypeError naming the field that is wrong
 */
export function checkFault(value: unknown): Fault {
  if (!isObject.ok(value)) throw new TypeError('a fault must be an object with a kind');
  const { kind } = value as { kind?: unknown }; // any object may be asked for any field
  if (!isKind(kind)) throw new TypeError(`the kind of a fault must be one of ${faultKinds.join(', ')}`);
  checkOptions<object>(`a ${kind} fault`, value as object, { ...common, ...checksOf[kind] });
  return value as Fault; // every field of its kind was checked above
}

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && faultKinds.includes(kind);
}

function passes(validate: () => void): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}

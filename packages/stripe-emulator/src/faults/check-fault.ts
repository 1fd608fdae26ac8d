import { validateHeaderName, validateHeaderValue } from 'node:http';
import { operations } from '../api/operation.js';
import {
  checkOptions,
  isBoolean,
  isInteger,
  isMilliseconds,
  isObject,
  isOneOf,
  isText,
  kindOf,
  numberOrKind,
  type OptionCheck,
  type OptionChecks,
  otherText,
  required,
  unchecked,
} from '../options/option-checks.js';
import type { Fault, FaultKind, FaultOptions } from './fault.js';

type OwnChecks<K extends FaultKind> = OptionChecks<
  Omit<Extract<Fault, { kind: K }>, keyof FaultOptions | 'kind'> & { delayMs?: number }
>;

const isPositiveInteger: OptionCheck = {
  accepts: (value) => Number.isInteger(value) && Number(value) >= 1,
  expected: 'a whole number above 0',
  describe: numberOrKind,
};
const common: Omit<OptionChecks<FaultOptions & { kind: string }>, 'delayMs'> = {
  kind: isText,
  operation: isOneOf(...operations),
  account: isText,
  name: isText,
  times: {
    accepts: (value) => value === Number.POSITIVE_INFINITY || isPositiveInteger.accepts(value),
    expected: 'a whole number above 0, or Infinity',
    describe: numberOrKind,
  },
};

const isStatus: OptionCheck = isInteger(200, 599);
const isScalar: OptionCheck = {
  accepts: (value) => value === null || ['string', 'number', 'boolean'].includes(typeof value),
  expected: 'a string, number, boolean or null',
};
const isHeaderText: OptionCheck = {
  accepts: (value) => typeof value === 'string' && passes(() => validateHeaderValue('x', value)),
  expected: 'a header value without line breaks',
  describe: otherText,
};
const isHeaders: OptionCheck = {
  accepts: (value) =>
    isObject.accepts(value) &&
    Object.entries(value as object).every(
      ([name, text]) => passes(() => validateHeaderName(name)) && isHeaderText.accepts(text),
    ),
  expected: 'an object of header names and values',
  describe: (value) => (isObject.accepts(value) ? 'an object with an invalid header' : kindOf(value)),
};

const shaping = { delayMs: isMilliseconds };
const replacing = { ...shaping, executed: isBoolean };
const savable = { ...replacing, saved: isBoolean };
const checksOf: { readonly [K in FaultKind]: OwnChecks<K> } = {
  rateLimited: {
    ...replacing,
    shouldRetry: isBoolean,
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
  serverError: { ...savable, status: isInteger(500, 599), shouldRetry: isBoolean },
  html: { ...replacing, status: isStatus },
  redirect: { ...replacing, location: required(isHeaderText), status: isStatus },
  scalar: { ...replacing, value: required(isScalar) },
  reply: { ...savable, status: required(isStatus), body: unchecked, headers: isHeaders },
  hang: replacing,
  reset: replacing,
  close: replacing,
  delay: { delayMs: required(isMilliseconds) },
  hangBody: shaping,
  cutBody: { ...shaping, chunked: isBoolean },
  malformedJson: shaping,
  drip: {
    ...shaping,
    intervalMs: required(isMilliseconds),
    bytesPerChunk: isPositiveInteger,
  },
};

/** Every kind of fault. */
export const faultKinds: readonly string[] = Object.keys(checksOf);

/**
 * Checks a fault, which may come from code or as JSON over HTTP. An error never quotes a value.
 *
 * @throws `TypeError` when the kind or an option is unknown, missing or wrong.
 */
export function checkFault(value: unknown): Fault {
  if (!isObject.accepts(value)) {
    throw new TypeError(`faults.add: fault must be an object, got ${kindOf(value)}.`);
  }
  const { kind } = value as { kind?: unknown }; // reading a missing field of an object is safe
  if (!isKind(kind)) {
    throw new TypeError(`faults.add: kind must be one of ${faultKinds.join(', ')}, got ${otherText(kind)}.`);
  }
  checkOptions<object>(`faults.add (${kind})`, value as object, { ...common, ...checksOf[kind] });
  return value as Fault; // every option of the kind is checked above
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

import { validateHeaderName, validateHeaderValue } from 'node:http';
import { operations } from '../api/operation.js';
import type { Fault, FaultKind } from './fault.js';

type Check = (value: unknown) => boolean;
interface Field {
  readonly ok: Check;
  readonly must: string;
  readonly required?: true;
}

const text: Field = { ok: (value) => typeof value === 'string' && value !== '', must: 'a non-empty string' };
const flag: Field = { ok: (value) => typeof value === 'boolean', must: 'true or false' };
const milliseconds: Field = {
  ok: (value) => typeof value === 'number' && value >= 0 && value <= 2 ** 31 - 1,
  must: 'a number of milliseconds from 0 to 2147483647',
  required: true,
};
const status: Field = {
  ok: (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
  must: 'an integer from 200 to 599',
};
const anything: Field = { ok: () => true, must: 'anything' };

const common: Readonly<Record<string, Field>> = {
  kind: text,
  operation: {
    ok: (value) => operations.some((one) => one === value),
    must: `one of ${operations.join(', ')}`,
  },
  account: text,
  name: text,
  times: {
    ok: (value) => value === Number.POSITIVE_INFINITY || (Number.isInteger(value) && Number(value) >= 1),
    must: 'an integer from 1, or Infinity',
  },
};

const replacing = { executed: flag };
const fieldsOf: { readonly [K in FaultKind]: Readonly<Record<string, Field>> } = {
  rateLimit: { ...replacing, shouldRetry: flag },
  lockTimeout: replacing,
  keyInUse: replacing,
  unauthorized: replacing,
  forbidden: replacing,
  serverError: { ...replacing, status, shouldRetry: flag },
  html: { ...replacing, status },
  redirect: { ...replacing, location: { ok: isHeaderText, must: 'a header value', required: true }, status },
  scalar: {
    ...replacing,
    value: { ok: isScalar, must: 'a string, number, boolean or null', required: true },
  },
  reply: {
    ...replacing,
    status: { ...status, required: true },
    body: anything,
    headers: { ok: isHeaders, must: 'an object of header names to values' },
  },
  hang: replacing,
  reset: replacing,
  close: replacing,
  delay: { delayMs: milliseconds },
  hangBody: {},
  cutBody: {},
  malformedJson: {},
  drip: {
    intervalMs: milliseconds,
    bytesPerChunk: {
      ok: (value) => Number.isInteger(value) && Number(value) >= 1,
      must: 'an integer from 1',
    },
  },
};

/** The kinds of faults. */
export const faultKinds: readonly string[] = Object.keys(fieldsOf);

/**
 * Checks a fault that may come from anywhere. No message quotes a value.
 *
 * @throws TypeError naming the field that is wrong
 */
export function checkFault(value: unknown): Fault {
  if (typeof value !== 'object' || value === null)
    throw new TypeError('a fault must be an object with a kind');
  const given = new Map(Object.entries(value));
  const kind: unknown = given.get('kind');
  const own = isKind(kind) ? fieldsOf[kind] : undefined;
  if (!own) throw new TypeError(`the kind of a fault must be one of ${faultKinds.join(', ')}`);
  const fields = new Map(Object.entries({ ...common, ...own }));
  for (const [name, fieldValue] of given) {
    const field = fields.get(name);
    if (!field) {
      throw new TypeError(
        `unknown field "${name}" in a ${String(kind)} fault; known: ${[...fields.keys()].join(', ')}`,
      );
    }
    if (fieldValue !== undefined && !field.ok(fieldValue)) {
      throw new TypeError(`${name} of a ${String(kind)} fault must be ${field.must}`);
    }
  }
  for (const [name, field] of fields) {
    if (field.required && given.get(name) === undefined) {
      throw new TypeError(`a ${String(kind)} fault needs ${name}: ${field.must}`);
    }
  }
  return value as Fault; // every field of its kind was checked above
}

function isKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && faultKinds.includes(kind);
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isHeaderText(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    validateHeaderValue('x', value);
    return true;
  } catch {
    return false;
  }
}

function isHeaders(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).every(([name, one]) => isHeaderName(name) && isHeaderText(one));
}

function isHeaderName(name: string): boolean {
  try {
    validateHeaderName(name);
    return true;
  } catch {
    return false;
  }
}

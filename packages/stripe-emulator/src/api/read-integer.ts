import type { Form } from './decode-form.js';
import { emptyParam, invalidParam, notAnInteger } from './stripe-failures.js';

/**
 * Returns an integer parameter, or `undefined` if it is missing.
 *
 * @throws `ApiFailure` 400 when it is empty, not an integer, an array or an object.
 */
export function readInteger(value: Form[string], param: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string')
    throw invalidParam(param, `Invalid integer: ${param} must be a single value`);
  if (value === '') throw emptyParam(param);
  if (!/^-?\d+$/.test(value)) throw notAnInteger(param, value);
  return Number(value);
}

import type { Form } from './decode-form.js';
import { emptyParam, invalidParam, notAnInteger } from './stripe-failures.js';

/**
 * Reads an integer parameter, or gives `undefined` if it is not there.
 *
 * @throws ApiFailure for one that is empty, no integer, or a list or map
 */
export function readInteger(value: Form[string], param: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string')
    throw invalidParam(param, `Invalid integer: ${param} must be a single value`);
  if (value === '') throw emptyParam(param);
  if (!/^-?\d+$/.test(value)) throw notAnInteger(param, value);
  return Number(value);
}

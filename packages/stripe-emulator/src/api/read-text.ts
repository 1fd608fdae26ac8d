import type { ResolvedAssumptions } from '../options/assumptions.js';
import { isTooLong } from '../store/is-too-long.js';
import type { Form } from './decode-form.js';
import { assumedFailure, emptyParam, invalidParam } from './stripe-failures.js';

/**
 * Returns a text parameter, or `undefined` if it is missing.
 *
 * @throws `ApiFailure` 400 when it is empty, too long, an array or an object.
 */
export function readText(
  value: Form[string],
  param: string,
  assume: ResolvedAssumptions,
): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidParam(param, `Invalid string: ${param} must be a single value`);
  if (value === '') throw emptyParam(param);
  if (isTooLong(value, assume.lengthUnit)) {
    // A payload is never quoted, whatever Stripe does: errors are printed.
    const shows = param === 'payload' ? 'param' : assume.lengthErrorShows;
    const shown = { ends: firstAndLast(value), value, param }[shows];
    throw assumedFailure(assume.errors, 'textTooLong', { shown, param });
  }
  return value;
}

function firstAndLast(value: string): string {
  const characters = [...value];
  return `${characters.slice(0, 4).join('')}...${characters.slice(-4).join('')}`;
}

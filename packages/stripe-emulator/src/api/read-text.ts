import type { ResolvedAssumptions } from '../options/assumptions.js';
import { isTooLong } from '../store/is-too-long.js';
import type { Form } from './decode-form.js';
import { assumedFailure, emptyParam, invalidParam } from './stripe-failures.js';

/**
 * Reads a text parameter, or gives `undefined` if it is not there.
 *
 * @throws ApiFailure for one that is empty, too long, or a list or map
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
    const shown = { ends: ends(value), value, param }[assume.lengthErrorShows];
    throw assumedFailure(assume.errors, 'textTooLong', { shown, param });
  }
  return value;
}

function ends(value: string): string {
  const characters = [...value];
  return `${characters.slice(0, 4).join('')}...${characters.slice(-4).join('')}`;
}

import { own, SecretError } from '@secretkit/core/provider';

// An answer is data of a stranger: only its own fields are read, and each one is checked.

/** Returns a field of an answer; `undefined` if it has another type. */
export function textOf(answer: object, field: string): string | undefined {
  const value = fieldOf(answer, field);
  return typeof value === 'string' ? value : undefined;
}

/** Returns a whole number of an answer; `undefined` for anything else. */
export function numberOf(answer: object, field: string): number | undefined {
  const value = fieldOf(answer, field);
  return Number.isInteger(value) ? (value as number) : undefined; // it was checked
}

/** Returns an object of an answer; an empty one for anything else. */
export function objectOf(answer: object, field: string): object {
  const value = fieldOf(answer, field);
  return typeof value === 'object' && value !== null ? value : {};
}

/**
 * Returns a date of an answer: a `Date`, by its method, since it may be of another realm; seconds, as a number or a text; or a
 * text of ISO 8601.
 */
export function dateOf(answer: object, field: string): Date | undefined {
  const value = fieldOf(answer, field);
  const date = new Date(timeOf(value));
  return Number.isFinite(date.getTime()) ? date : undefined;
}

function timeOf(value: unknown): number {
  if (typeof value === 'number') return value * 1_000;
  if (typeof value === 'string') return /^[\d.]+$/.test(value) ? Number(value) * 1_000 : Date.parse(value);
  return Number((value as Partial<Date> | null | undefined)?.getTime?.());
}

/** @throws `invalid_data` unless it is a list of objects. */
export function listOf(answer: object, field: string): readonly object[] {
  const list = fieldOf(answer, field);
  if (Array.isArray(list) && list.every((each) => typeof each === 'object' && each !== null))
    return list as object[];
  throw new SecretError('invalid_data', `the answer must have a list ${field}. Check the endpoint.`);
}

/** Returns the texts of a list in an answer. */
export function textsOf(answer: object, field: string): readonly string[] {
  const list = fieldOf(answer, field);
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [];
}

/** Returns a field of an answer, and no field that it inherits. */
export function fieldOf(answer: object, field: string): unknown {
  return own(answer as Readonly<Record<string, unknown>>, field);
}

/** Returns the cursor of the next page. @throws `invalid_data` if it does not move. */
export function cursorOf(answer: object, cursor: string | undefined): string | undefined {
  const next = fieldOf(answer, 'NextToken') ?? '';
  if (typeof next === 'string' && (next === '' || next !== cursor)) return next === '' ? undefined : next;
  throw new SecretError('invalid_data', 'the page must have a new NextToken, or none. Check the endpoint.');
}

/** Returns the same, or an empty list if there is none. */
export function optionalListOf(answer: object, field: string): readonly object[] {
  return fieldOf(answer, field) === undefined ? [] : listOf(answer, field);
}

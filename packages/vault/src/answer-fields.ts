import { own } from '@secretkit/core/provider';

// An answer is data of a stranger: only its own fields are read, and each one is checked.

type Fields = Readonly<Record<string, unknown>>;

/** Returns a field of an answer that is an object; `undefined` for anything else. */
export function objectIn(answer: object | undefined, field: string): Fields | undefined {
  const value = own(answer as Fields | undefined, field);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** Returns a field of an answer that is a text, and not an empty one; `undefined` for anything else. */
export function textIn(answer: object | undefined, field: string): string | undefined {
  const value = own(answer as Fields | undefined, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Returns a field of an answer that is a whole number from 0 on; `undefined` for anything else. */
export function numberIn(answer: object | undefined, field: string): number | undefined {
  const value = own(answer as Fields | undefined, field);
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** A longer duration is not one of a server, and has no date. */
const maxSeconds = 10 * 366 * 86_400;

/** Returns the `lease_duration` of an answer, at most ten years; `undefined` if it is not a whole number from 0 on. */
export function secondsIn(answer: object | undefined): number | undefined {
  const value = own(answer as Fields | undefined, 'lease_duration');
  return Number.isInteger(value) && (value as number) >= 0
    ? Math.min(value as number, maxSeconds)
    : undefined;
}

/** Returns a field of an answer that is a date of RFC 3339; `undefined` for anything else. The server has nanoseconds. */
export function dateIn(answer: object | undefined, field: string): Date | undefined {
  const date = new Date(textIn(answer, field) ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

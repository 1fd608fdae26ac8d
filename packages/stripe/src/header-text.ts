import { kindOf } from '@secretkit/core/provider';

/** Whether a header can hold this text: at least one character, all of them visible ASCII. */
export function isHeaderText(text: unknown): text is string {
  return typeof text === 'string' && /^[\x21-\x7e]+$/.test(text);
}

/** Returns the kind of a value that a header cannot hold, for messages. The value is never quoted. */
export function kindOfBadHeader(value: unknown): string {
  if (typeof value !== 'string') return kindOf(value);
  return value === ''
    ? 'an empty string'
    : 'a string with a space or another character that is not visible ASCII';
}

import type { ResolvedAssumptions } from '../options/assumptions.js';

/** Stripe's limit for names, payloads and ids. */
export const maxLength = 5000;

/** Returns whether a text exceeds the limit, counted in the given unit. */
export function isTooLong(text: string, unit: ResolvedAssumptions['lengthUnit']): boolean {
  return lengthIn(unit, text) > maxLength;
}

function lengthIn(unit: ResolvedAssumptions['lengthUnit'], text: string): number {
  if (unit === 'bytes') return Buffer.byteLength(text);
  return unit === 'utf16' ? text.length : [...text].length;
}

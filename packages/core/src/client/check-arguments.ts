import { maxDelayMs } from '../check-options.js';
import { invalid } from '../invalid.js';
import { isPlain } from '../is-plain.js';
import type { SecretRef } from '../ref.js';
import type { RefsByKey } from './secrets.js';

// What a client's methods are given besides refs and options. Each throws `invalid_argument` for anything else.

export function checkRefsByKey(input: unknown): RefsByKey {
  if (isPlain(input)) return input as RefsByKey; // refs are checked next
  throw invalid("getMany takes an object of names or refs, such as { db: 'DATABASE_URL' }.");
}

export function checkList(inputs: unknown): readonly (string | SecretRef)[] {
  if (Array.isArray(inputs) && inputs.length > 0) return inputs as readonly (string | SecretRef)[]; // refs are checked next
  throw invalid("watch takes a list of names or refs, such as ['db-password'].");
}

export function checkPeriod(everyMs: unknown): number {
  if (typeof everyMs === 'number' && everyMs >= 1 && everyMs <= maxDelayMs) return everyMs;
  throw invalid(`everyMs is a number of milliseconds, from 1 to ${maxDelayMs}.`);
}

export function checkCallback(what: string, callback: unknown): void {
  if (typeof callback === 'function') return;
  throw invalid(`${what} is a function.`);
}

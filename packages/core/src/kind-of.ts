import { isPlain } from './is-plain.js';

/** What was given instead, as messages say it: its type, never the thing. */
export function kindOf(thing: unknown): string {
  if (typeof thing !== 'object') return typeof thing;
  if (thing === null) return 'null';
  if (Array.isArray(thing)) return 'an array';
  if (isPlain(thing)) return 'object';
  return 'then' in thing ? 'a promise: await it' : 'an instance of a class';
}

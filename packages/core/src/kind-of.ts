/** What was given instead, as messages say it: its type, never the thing. */
export function kindOf(thing: unknown): string {
  return thing === null ? 'null' : Array.isArray(thing) ? 'an array' : typeof thing;
}

/** Returns the fields of an untrusted value; an empty object when it has none. */
export function fieldsOf(thing: unknown): Partial<Record<string, unknown>> {
  return typeof thing === 'object' && thing !== null ? thing : {};
}

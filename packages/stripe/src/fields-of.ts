/** The fields of something that may be anything; none when it has none. */
export function fieldsOf(thing: unknown): Partial<Record<string, unknown>> {
  return typeof thing === 'object' && thing !== null ? thing : {};
}

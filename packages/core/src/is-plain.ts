/** Is it a plain object? A promise, a map or an instance of a class is none: what it holds is not in its fields. */
export function isPlain(thing: unknown): thing is object {
  if (typeof thing !== 'object' || thing === null) return false;
  const prototype: unknown = Object.getPrototypeOf(thing);
  return prototype === null || Object.getPrototypeOf(prototype) === null; // of another realm, too
}

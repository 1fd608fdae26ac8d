import { isPlainObject } from '@secretkit/core/provider';
import { isReferenceObject, looksLikeReference } from './reference.js';
import { childPath } from './tree-path.js';

/**
 * Returns the paths of the references in an object that is not copied: an instance of a class, a map, a set or a function. It
 * looks into own enumerable properties, entries of maps, headers and URL parameters, items of sets and everything below them.
 * Calls no getter.
 *
 * @param seen - Objects that are not looked at again.
 */
export function instanceReferences(root: object, path: string, seen: Set<object>): readonly string[] {
  const found: string[] = [];
  const stack: { readonly value: unknown; readonly at: string }[] = [{ value: root, at: path }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { value, at } = next;
    const text = textOf(value);
    if (text !== undefined) {
      if (looksLikeReference(text)) found.push(at);
    } else if (isObject(value) && !seen.has(value)) {
      seen.add(value);
      if (isReferenceObject(value)) found.push(at);
      else stack.push(...partsOf(value, at).reverse());
    }
  }
  return found;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!isInstance(value)) return undefined;
  return value instanceof URL ? value.href : orNone(() => String.prototype.valueOf.call(value));
}

function partsOf(value: object, at: string): { value: unknown; at: string }[] {
  if (ArrayBuffer.isView(value)) return []; // its properties are numbers
  const entries = entriesOf(value);
  const parts = Array.from(entries, ([key, item]: [unknown, unknown]) => ({
    value: item,
    at: childPath(at, isObject(key) ? '(key)' : String(key), value),
  }));
  for (const key of Reflect.ownKeys(value)) {
    const property = Reflect.getOwnPropertyDescriptor(value, key);
    if (property?.enumerable && 'value' in property) {
      parts.push({ value: property.value, at: childPath(at, key, value) });
    }
  }
  return parts;
}

function entriesOf(value: object): Iterable<[unknown, unknown]> {
  if (!isInstance(value)) return [];
  const readers: readonly (() => Iterable<[unknown, unknown]>)[] = [
    () => Map.prototype.entries.call(value),
    () => Array.from(Set.prototype.values.call(value)).entries(),
    () => URLSearchParams.prototype.entries.call(value as URLSearchParams),
    () => Headers.prototype.entries.call(value as Headers),
    () => FormData.prototype.entries.call(value as FormData),
  ];
  for (const read of readers) {
    const entries = orNone(() => [...read()]);
    if (entries) return entries;
  }
  return [];
}

function isInstance(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isPlainObject(value);
}

// The built-in methods recognise an object of any realm, call no getter, and throw for any other object.
function orNone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

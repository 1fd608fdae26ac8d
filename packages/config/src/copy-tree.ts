import { invalid, isPlainObject, type SecretError } from '@secretkit/core/provider';
import { instanceReferences } from './instance-references.js';
import { isReferenceObject, looksLikeReference, textOf, unescaped } from './reference.js';
import { childPath } from './tree-path.js';

/** A reference in a copied tree. */
export interface Place {
  /** The path in the tree. */
  readonly at: string;
  /** The string of the reference, or the error of one that cannot be replaced. */
  readonly text: string | SecretError;
  /** Replaces the reference in the copy. */
  put(value: unknown): void;
}

/** A copy of a tree whose references have yet to be replaced. */
export interface TreeCopy {
  readonly places: readonly Place[];
  /** Returns the copy, as frozen or sealed as the original. Must be called once, after all places have a value. */
  finish(): unknown;
}

interface Node {
  readonly source: object;
  readonly copy: object;
  readonly at: string;
  readonly keys: readonly PropertyKey[];
  nextKey: number;
}

/**
 * Copies plain objects and arrays, with their prototypes, property flags, symbols and holes; shared parts and cycles are
 * shared parts and cycles of the copy. Everything else (instances of classes, dates, buffers, maps, functions) is copied by
 * reference, so a reference in it is a place with an error. Getters are copied and not called. There is no recursion, so the depth of a tree is not limited.
 */
export function copyTree(root: unknown): TreeCopy {
  const copies = new Map<object, object>();
  const stack: Node[] = [];
  const places: Place[] = [];
  const seen = new Set<object>();
  let copyOfRoot: unknown;

  function visit(value: unknown, at: string, put: (copy: unknown) => void): void {
    if (typeof value === 'string') {
      if (looksLikeReference(value)) addPlace(value, at, put);
      else put(unescaped(value) ?? value);
    } else if (!isCopied(value)) {
      put(value);
      if (typeof value !== 'object' && typeof value !== 'function') return;
      for (const place of value === null ? [] : instanceReferences(value, at, seen)) {
        places.push({ at: place, text: referenceInInstance(), put: () => undefined });
      }
    } else if (isReferenceObject(value)) {
      addPlace(textOf(value) ?? malformedObject(), at, put);
    } else {
      put(copies.get(value) ?? copyOf(value, at));
    }
  }

  function addPlace(text: string | SecretError, at: string, put: (value: unknown) => void): void {
    put(undefined); // keeps the order of the keys
    places.push({ at: at || '(root)', text, put });
  }

  function copyOf(source: object, at: string): object {
    const copy = Array.isArray(source) ? sparseArray(source.length) : emptyLike(source);
    const keys = Reflect.ownKeys(source).filter((key) => !(Array.isArray(source) && key === 'length'));
    copies.set(source, copy);
    stack.push({ source, copy, at, keys, nextKey: 0 });
    return copy;
  }

  visit(root, '', (copy) => (copyOfRoot = copy));
  for (let node = stack.at(-1); node; node = stack.at(-1)) {
    const { source, copy, at, keys, nextKey } = node;
    const key = keys[nextKey];
    node.nextKey += 1;
    const property = key === undefined ? undefined : Reflect.getOwnPropertyDescriptor(source, key);
    if (key === undefined) stack.pop();
    else if (property?.enumerable && 'value' in property) {
      visit(property.value, childPath(at, key, source), (value) => {
        Object.defineProperty(copy, key, { ...property, value, configurable: true }); // put may replace it
      });
    } else if (property) Object.defineProperty(copy, key, property);
  }

  return {
    places,
    finish() {
      for (const [source, copy] of copies) copyFlags(source, copy);
      return copyOfRoot;
    },
  };
}

/** Whether `copyTree` copies this and looks for references in it. */
export function isCopied(value: unknown): value is object {
  // The prototype of arrays, of any realm, is a plain object; that of a subclass is not.
  return Array.isArray(value) ? isPlainObject(Object.getPrototypeOf(value)) : isPlainObject(value);
}

function sparseArray(length: number): unknown[] {
  const holes: unknown[] = [];
  holes.length = length;
  return holes;
}

function emptyLike(source: object): object {
  return Object.create(Object.getPrototypeOf(source) as object | null) as object;
}

/** Makes the copy as frozen, sealed or read-only as the original. */
function copyFlags(source: object, copy: object): void {
  for (const key of Reflect.ownKeys(source)) {
    const { configurable, writable } = Reflect.getOwnPropertyDescriptor(source, key) ?? {};
    if (configurable === false) {
      Object.defineProperty(copy, key, { configurable, ...(writable === false && { writable }) });
    }
  }
  if (!Object.isExtensible(source)) Object.preventExtensions(copy);
}

function malformedObject(): SecretError {
  return invalid('reference object must have only $secret, with a string. Make it with ref(name, options).');
}

function referenceInInstance(): SecretError {
  return invalid(
    'reference must be in a plain object or an array. An instance of a class, a map, a set or a function is kept as it is, so the reference would stay in it. Move it, or pass a plain copy.',
  );
}

import { SecretError } from '@secretkit/core/provider';
import { isReferenceObject, looksLikeReference, textOf, unescaped } from './reference.js';
import { childPath } from './tree-path.js';

/** A place in a copied tree where a reference stood. */
export interface Place {
  readonly at: string;
  /** The reference's text, or why there is none. */
  readonly text: string | SecretError;
  put(value: unknown): void;
}

/** A copy of a tree whose places wait to be filled. */
export interface TreeCopy {
  readonly places: readonly Place[];
  /** The copy, closed to changes where the original is. To be called once, when all places are filled. */
  finish(): unknown;
}

interface Node {
  readonly source: object;
  readonly copy: object;
  readonly at: string;
  readonly keys: readonly PropertyKey[];
  next: number;
}

/**
 * Copies plain objects and arrays, with their prototypes, flags, symbols and holes; what is shared or a cycle is so in the
 * copy. Everything else (instances of classes, dates, buffers, maps, functions) is the same in both, and not looked into.
 * Getters are copied, not run. It does not recurse, so a tree may be as deep as it likes.
 */
export function copyTree(root: unknown): TreeCopy {
  const copies = new Map<object, object>();
  const path: Node[] = [];
  const places: Place[] = [];
  let copyOfRoot: unknown;

  function enter(value: unknown, at: string, put: (copy: unknown) => void): void {
    if (typeof value === 'string') {
      if (looksLikeReference(value)) hold(value, at, put);
      else put(unescaped(value) ?? value);
    } else if (!isPlain(value)) {
      put(value);
    } else if (isReferenceObject(value)) {
      hold(textOf(value) ?? noReference(), at, put);
    } else {
      put(copies.get(value) ?? copyOf(value, at));
    }
  }

  function hold(text: string | SecretError, at: string, put: (value: unknown) => void): void {
    put(undefined); // keeps its place among the keys
    places.push({ at: at || '(root)', text, put });
  }

  function copyOf(source: object, at: string): object {
    const copy = Array.isArray(source) ? sparse(source.length) : emptyLike(source);
    const keys = Reflect.ownKeys(source).filter((key) => !(Array.isArray(source) && key === 'length'));
    copies.set(source, copy);
    path.push({ source, copy, at, keys, next: 0 });
    return copy;
  }

  enter(root, '', (copy) => (copyOfRoot = copy));
  for (let node = path.at(-1); node; node = path.at(-1)) {
    const { source, copy, at, keys, next } = node;
    const key = keys[next];
    node.next += 1;
    const property = key === undefined ? undefined : Reflect.getOwnPropertyDescriptor(source, key);
    if (key === undefined) path.pop();
    else if (property?.enumerable && 'value' in property) {
      enter(property.value, childPath(at, key, source), (value) => {
        Object.defineProperty(copy, key, { ...property, value, configurable: true }); // until it is filled
      });
    } else if (property) Object.defineProperty(copy, key, property);
  }

  return {
    places,
    finish() {
      for (const [source, copy] of copies) close(source, copy);
      return copyOfRoot;
    },
  };
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (Array.isArray(value)) return isTopOf(prototype, 2);
  return prototype === null || isTopOf(prototype, 1);
}

// Object.prototype, of whatever realm: a test runner's, for one, is another than Node's.
function isTopOf(prototype: unknown, steps: number): boolean {
  let above = prototype;
  for (let step = 0; step < steps; step += 1) {
    if (above === null) return false;
    above = Object.getPrototypeOf(above);
  }
  return above === null;
}

function sparse(length: number): unknown[] {
  const holes: unknown[] = [];
  holes.length = length;
  return holes;
}

function emptyLike(source: object): object {
  return Object.create(Object.getPrototypeOf(source) as object | null) as object;
}

/** Gives the copy the flags of the original. */
function close(source: object, copy: object): void {
  for (const key of Reflect.ownKeys(source)) {
    const { configurable, writable } = Reflect.getOwnPropertyDescriptor(source, key) ?? {};
    if (configurable === false) {
      Object.defineProperty(copy, key, { configurable, ...(writable === false && { writable }) });
    }
  }
  if (!Object.isExtensible(source)) Object.preventExtensions(copy);
}

function noReference(): SecretError {
  return new SecretError(
    'invalid_argument',
    'an object with a $secret is a reference, and has one text and nothing else. Make it with ref(name, scope).',
  );
}

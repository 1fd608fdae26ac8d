import type { Secret } from '@secretkit/core/provider';
import type { Reference, ReferenceText } from './reference.js';

/**
 * The type of a tree whose references have become values. Any `string` may have been a reference; a type that says so
 * (`Reference`, `ReferenceText`) becomes a value for certain.
 */
export type Resolved<T, V = Secret> = 0 extends 1 & T
  ? T // any
  : T extends Reference | ReferenceText
    ? V
    : T extends string
      ? string extends T
        ? string | V
        : T
      : T extends Untouched
        ? T
        : T extends object
          ? { [K in keyof T]: Resolved<T[K], V> }
          : T;

/** What is not looked into, as far as a type can tell. */
type Untouched =
  | ((...args: never) => unknown)
  | Secret<unknown>
  | Date
  | RegExp
  | URL
  | Error
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | WeakMap<object, unknown>
  | Promise<unknown>
  | ArrayBuffer
  | ArrayBufferView;

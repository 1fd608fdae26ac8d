import type { Secret } from '@secretkit/core/provider';
import type { Reference, ReferenceText } from './reference.js';

/**
 * The type of a tree after its references have been resolved. A `Reference` or `ReferenceText` becomes a value. A `string`
 * may have been a reference, so it becomes `string | V`.
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

/** Types that are copied by reference. A type does not show whether an object is an instance of a class. */
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

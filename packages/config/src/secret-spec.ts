import type { Secret, SecretRef } from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * What is wanted of one secret: a name or a ref, a schema of any validator that is a Standard Schema (the name is then the
 * key), or both in detail.
 */
export type RequiredSpec = string | SecretRef | StandardSchemaV1 | DetailedSpec;

/** A secret in detail. */
export interface DetailedSpec {
  /** The name or the ref. @defaultValue the key */
  readonly ref?: string | SecretRef;
  /** What the value must be, and what it becomes. It gets a string. @defaultValue any string */
  readonly schema?: StandardSchemaV1;
  /**
   * What stands for a missing secret: a value of your code, as the schema would give it. It does not pass the schema, and
   * never stands for a value that the schema refuses, nor for an outage.
   * @defaultValue none: a missing secret is a problem
   */
  readonly default?: unknown;
}

/** A secret that may be missing. */
export interface OptionalSpec<S extends RequiredSpec = RequiredSpec> {
  readonly optional: S;
}

/** What is wanted of one secret, or may be missing. */
export type SecretSpec = RequiredSpec | OptionalSpec;

/** Secrets by keys of your own. */
export type SecretSpecs = Readonly<Record<string, SecretSpec>>;

/**
 * A secret that may be missing: its property is `undefined` then. One that is there must still pass its schema.
 *
 * @example
 * ```ts
 * import { loadSecrets, optional } from '@secretkit/config';
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const { SENTRY } = await loadSecrets(createSecrets(memorySecrets()), { SENTRY: optional('sentry-dsn') });
 * console.log(SENTRY); // undefined
 * ```
 */
export function optional<const S extends RequiredSpec>(spec: S): OptionalSpec<S> {
  return Object.freeze({ optional: spec });
}

/** The secrets that were asked for, by the same keys. */
export type LoadedSecrets<S> = { readonly [K in keyof S]: Loaded<S[K]> };

// A schema is looked for first: a validator's own may have methods that are called optional and default.
type Loaded<S> = S extends StandardSchemaV1
  ? Secret<StandardSchemaV1.InferOutput<S>>
  : S extends OptionalSpec<infer R>
    ? Loaded<R> | undefined
    : Secret<ValueOf<S>>;

type ValueOf<S> = S extends { readonly schema: infer V extends StandardSchemaV1 }
  ? StandardSchemaV1.InferOutput<V>
  : string;

/** Specs, where each has nothing that could not work. What is wrong is told as the type that an argument does not have. */
export type Sound<S> = { readonly [K in keyof S]: SoundSpec<S[K]> };

type SoundSpec<S> = S extends StandardSchemaV1
  ? Unless<FlawOfSchema<S>>
  : S extends string | SecretRef
    ? unknown
    : S extends OptionalSpec<infer R>
      ? { readonly optional: SoundSpec<R> }
      : Unless<FlawOfDetails<S>>;

type Unless<Flaw> = [Flaw] extends [never] ? unknown : Flaw;

type FlawOfDetails<S> =
  | (S extends { readonly schema: infer V extends StandardSchemaV1 } ? FlawOfSchema<V> : never)
  | (S extends { readonly default: infer D } ? FlawOfDefault<D, ValueOf<S>> : never)
  | FlawOfFields<keyof S>;

type FlawOfSchema<V extends StandardSchemaV1> = FlawOfInput<StandardSchemaV1.InferInput<V>>;

type FlawOfInput<Input> = unknown extends Input
  ? never // it takes anything
  : [Extract<Input, string>] extends [never]
    ? 'This schema takes no string, and a secret is one: coerce or parse it.'
    : undefined extends Input
      ? 'A schema is not asked about a missing secret: write optional(…), or a default beside the schema.'
      : never;

type FlawOfDefault<D, Value> =
  D extends ReadonlyOf<Value> ? never : 'The default is not what the schema gives.';

type FlawOfFields<K> = [Exclude<K, keyof DetailedSpec>] extends [never]
  ? never
  : 'There is a field that is none of ref, schema and default.';

/** A literal that is read as a constant has readonly parts. */
type ReadonlyOf<T> = T extends readonly (infer E)[]
  ? readonly ReadonlyOf<E>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyOf<T[K]> }
    : T;

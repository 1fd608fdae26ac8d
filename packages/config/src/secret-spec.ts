import type { Secret, SecretRef } from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';

/** The spec of a required secret: a name, a ref, a Standard Schema (the key is then the name), or an object with details. */
export type RequiredSpec = string | SecretRef | StandardSchemaV1 | DetailedSpec;

/** The spec of a secret with details. */
export interface DetailedSpec {
  /** The name or the ref. @defaultValue the key */
  readonly ref?: string | SecretRef;
  /** Validates and parses the value. Its input is a string. @defaultValue any string */
  readonly schema?: StandardSchemaV1;
  /**
   * The value of a missing secret, of the schema's output type. The schema does not check it. It never replaces a value that
   * the schema refuses, nor a failed read.
   * @defaultValue none: a missing secret is a problem
   */
  readonly default?: unknown;
}

/** The spec of a secret that may be missing. */
export interface OptionalSpec<S extends RequiredSpec = RequiredSpec> {
  readonly optional: S;
}

/** The spec of one secret. */
export type SecretSpec = RequiredSpec | OptionalSpec;

/** Specs under keys of your own. */
export type SecretSpecs = Readonly<Record<string, SecretSpec>>;

/**
 * Returns the spec of a secret that may be missing. If it is missing, its property is `undefined`; if it exists, it must
 * pass its schema.
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

/** The loaded secrets, under the keys of their specs. */
export type LoadedSecrets<S> = { readonly [K in keyof S]: Loaded<S[K]> };

// Schemas first: the schemas of some validators have methods with the names optional and default.
type Loaded<S> = S extends StandardSchemaV1
  ? Secret<StandardSchemaV1.InferOutput<S>>
  : S extends OptionalSpec<infer R>
    ? Loaded<R> | undefined
    : Secret<ValueOf<S>>;

type ValueOf<S> = S extends { readonly schema: infer V extends StandardSchemaV1 }
  ? StandardSchemaV1.InferOutput<V>
  : string;

/** Specs without mistakes. A spec with a mistake has the description of the mistake as its type. */
export type ValidSpecs<S> = { readonly [K in keyof S]: ValidSpec<S[K]> };

type ValidSpec<S> = S extends StandardSchemaV1
  ? Unless<SchemaMistake<S>>
  : S extends string | SecretRef
    ? unknown
    : S extends OptionalSpec<infer R>
      ? { readonly optional: ValidSpec<R> }
      : Unless<DetailsMistake<S>>;

type Unless<Mistake> = [Mistake] extends [never] ? unknown : Mistake;

type DetailsMistake<S> =
  | (S extends { readonly schema: infer V extends StandardSchemaV1 } ? SchemaMistake<V> : never)
  | (S extends { readonly default: infer D } ? DefaultMistake<D, ValueOf<S>> : never)
  | FieldsMistake<keyof S>;

type SchemaMistake<V extends StandardSchemaV1> = InputMistake<StandardSchemaV1.InferInput<V>>;

type InputMistake<Input> = unknown extends Input
  ? never // it accepts anything
  : [Extract<Input, string>] extends [never]
    ? 'The input of the schema must be a string. Coerce or parse it.'
    : undefined extends Input
      ? 'The schema must not be optional: it never sees a missing secret. Write optional(…), or a default beside the schema.'
      : never;

type DefaultMistake<D, Value> =
  D extends ReadonlyOf<Value> ? never : 'The default must have the output type of the schema.';

type FieldsMistake<K> = [Exclude<K, keyof DetailedSpec>] extends [never]
  ? never
  : 'Unknown field. Known fields: ref, schema, default.';

/** The type of a literal of type T in a const type parameter, whose parts are readonly. */
type ReadonlyOf<T> = T extends readonly (infer E)[]
  ? readonly ReadonlyOf<E>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyOf<T[K]> }
    : T;

import {
  checkRef,
  invalid,
  isPlainObject,
  isSecret,
  isSecretError,
  kindOf,
  type Secret,
  type SecretError,
  type SecretRef,
  seal,
  unknownKey,
} from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Problem } from './problems.js';
import type { RefAtPlace } from './read-all.js';

/** A checked spec: the ref to read, and the treatment of its answer. `at` is the key. */
export interface Request extends RefAtPlace {
  readonly schema?: StandardSchemaV1;
  /** The replacement of a missing secret. Without one, a missing secret is a problem. */
  readonly absent?: { readonly value: Secret<unknown> | undefined };
}

/**
 * Returns the requests of the valid specs, and the problems of the malformed ones.
 *
 * @throws `TypeError` when the specs are not an object.
 */
export function readSpecs(specs: unknown): { requests: readonly Request[]; problems: readonly Problem[] } {
  if (!isPlainObject(specs) || isSchema(specs)) {
    const got = isSchema(specs) ? 'a schema' : kindOf(specs);
    throw new TypeError(
      `loadSecrets: specs must be an object with a name, a ref or a schema under each key, such as { db: "DATABASE_URL" }, got ${got}.`,
    );
  }
  const requests: Request[] = [];
  const problems: Problem[] = [];
  for (const [at, spec] of Object.entries(specs)) {
    try {
      requests.push({ at, ...readSpec(at, spec) });
    } catch (error) {
      if (!isSecretError(error)) throw error;
      problems.push({ at, error });
    }
  }
  return { requests, problems };
}

function readSpec(key: string, spec: unknown): Omit<Request, 'at'> {
  if (isSchema(spec)) return { ref: checkRef(key), schema: spec };
  if (typeof spec === 'string') return { ref: checkRef(spec) };
  if (!isPlainObject(spec)) throw notASpec(spec);
  if (Object.hasOwn(spec, 'optional')) return readOptional(key, spec as { readonly optional: unknown }); // checked above
  if (Object.hasOwn(spec, 'name')) return { ref: checkRef(spec as SecretRef) }; // checkRef checks the rest
  return readDetailed(key, spec);
}

function readOptional(key: string, spec: { readonly optional: unknown }): Omit<Request, 'at'> {
  refuseUnknownFields(spec, ['optional']);
  const request = readSpec(key, spec.optional);
  if (request.absent) {
    throw invalid('optional must not contain another optional or a default. Keep one of them.');
  }
  return { ...request, absent: { value: undefined } };
}

function readDetailed(key: string, spec: object): Omit<Request, 'at'> {
  refuseUnknownFields(spec, ['ref', 'schema', 'default']);
  const { ref = key, schema, default: value } = spec as Readonly<Record<string, unknown>>; // each is checked next
  if (schema !== undefined && !isSchema(schema)) {
    throw invalid(
      `schema must be a Standard Schema (zod 3.24, valibot 1, arktype 2 or later), got ${kindOf(schema)}.`,
    );
  }
  if (Object.hasOwn(spec, 'default') && value === undefined) {
    throw invalid('default must not be undefined. Omit it, or write optional(…).');
  }
  if (isSecret(value)) throw invalid('default must be a plain value, got a Secret. loadSecrets seals it.');
  return {
    ref: checkRef(ref as SecretRef), // checkRef accepts anything
    ...(schema && { schema }),
    ...(value !== undefined && { absent: { value: seal('default').map(() => value) } }),
  };
}

function isSchema(thing: unknown): thing is StandardSchemaV1 {
  if ((typeof thing !== 'object' && typeof thing !== 'function') || thing === null) return false; // arktype's are functions
  const { '~standard': standard } = thing as Partial<StandardSchemaV1>;
  return typeof standard?.validate === 'function';
}

function refuseUnknownFields(spec: object, known: readonly string[]): void {
  const unknown = unknownKey(spec, known, 'field');
  if (unknown) throw invalid(unknown);
}

function notASpec(spec: unknown): SecretError {
  return invalid(
    `spec must be a name, a ref, a Standard Schema, { ref, schema, default } or optional(…), got ${kindOf(spec)}.`,
  );
}

import {
  checkRef,
  isSecret,
  isSecretError,
  type Secret,
  SecretError,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Problem } from './problems.js';

/** What is asked for, and what is done with the answer. */
export interface Request {
  /** The key. */
  readonly at: string;
  readonly ref: SecretRef;
  readonly schema?: StandardSchemaV1;
  /** What stands for it when it is missing; without one it must not be. */
  readonly absent?: { readonly value: Secret<unknown> | undefined };
}

/**
 * The requests of specs; those that are malformed are problems.
 *
 * @throws `TypeError` when the specs are no object.
 */
export function readSpecs(specs: unknown): { requests: readonly Request[]; problems: readonly Problem[] } {
  if (typeof specs !== 'object' || specs === null || Symbol.iterator in specs || isSchema(specs)) {
    throw new TypeError(
      "loadSecrets takes an object: keys of your own, and a name, a ref or a schema under each, such as { db: 'DATABASE_URL' }.",
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
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) throw noSpec();
  if (Object.hasOwn(spec, 'optional')) return readOptional(key, spec as { readonly optional: unknown }); // it has one
  if (Object.hasOwn(spec, 'name')) return { ref: checkRef(spec as SecretRef) }; // which is checked
  return readDetailed(key, spec);
}

function readOptional(key: string, spec: { readonly optional: unknown }): Omit<Request, 'at'> {
  refuseUnknownFields(spec, ['optional']);
  const request = readSpec(key, spec.optional);
  if (request.absent)
    throw invalid('it is optional twice, or has a default besides. Decide for one of them.');
  return { ...request, absent: { value: undefined } };
}

function readDetailed(key: string, spec: object): Omit<Request, 'at'> {
  const { ref = key, schema, default: value } = spec as Readonly<Record<string, unknown>>; // each is checked next
  if (Object.getPrototypeOf(spec) !== Object.prototype) throw noSpec();
  refuseUnknownFields(spec, ['ref', 'schema', 'default']);
  if (schema !== undefined && !isSchema(schema)) {
    throw invalid('its schema is no Standard Schema. zod 3.24, valibot 1 and arktype 2 are, and later ones.');
  }
  if (Object.hasOwn(spec, 'default') && value === undefined) {
    throw invalid('its default is undefined. Leave it out, or write optional(…).');
  }
  if (isSecret(value)) throw invalid('its default is a Secret. It is sealed anyway: write the value itself.');
  return {
    ref: checkRef(ref as SecretRef), // which is checked
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
  const extra = Object.keys(spec).find((field) => !known.includes(field));
  if (extra !== undefined) {
    throw invalid(`there is no field "${extra.slice(0, 50)}"; there is ${known.join(', ')}.`);
  }
}

function noSpec(): SecretError {
  return invalid(
    'it is no name, no ref, no Standard Schema, no { ref, schema, default } and no optional(…).',
  );
}

function invalid(problem: string): SecretError {
  return new SecretError('invalid_argument', problem);
}

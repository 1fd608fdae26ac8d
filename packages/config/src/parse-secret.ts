import { type Secret, SecretError } from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { issueCodes } from './issue-codes.js';
import type { Request } from './read-specs.js';

/** Whether `asyncProblem` must be called before each `parseSecret`: with zod 3 only it finds a step that some values have. */
export function mayHideAsyncStep({ schema }: Request): boolean {
  try {
    const { safeParseAsync, _zod: core } = Object(schema) as ZodSchema;
    return typeof safeParseAsync === 'function' && typeof core?.run !== 'function';
  } catch {
    return true;
  }
}

/**
 * Returns the error of an asynchronous step of a schema, if one rejects for this value. Must be called before the first
 * `parseSecret` with a schema: the Standard Schema method of zod drops the promise of such a step, and the process would print its
 * rejection, which may quote the value.
 */
export async function asyncProblem(
  { ref, schema }: Request,
  secret: Secret,
): Promise<SecretError | undefined> {
  if (!schema) return undefined;
  try {
    const { safeParseAsync } = schema as { readonly safeParseAsync?: unknown }; // of zod
    if (typeof safeParseAsync === 'function') await safeParseAsync.call(schema, secret.reveal());
    return undefined;
  } catch {
    return new SecretError('invalid_data', `the ${vendorOf(schema)}schema threw an exception. ${withheld}`, {
      ref,
    });
  }
}

/**
 * Returns the output of the schema, sealed with the metadata of the value, or an error if the schema refuses the value. The
 * error has the known codes of the issues, and none of the validator's messages and paths: they may quote the value.
 */
export function parseSecret({ ref, schema }: Request, secret: Secret): Secret<unknown> | SecretError {
  if (!schema) return secret;
  const result = validate(schema, secret.reveal());
  if ('value' in result) return secret.map(() => result.value);
  return new SecretError('invalid_data', `the ${vendorOf(schema)}schema ${result.problem}`, { ref });
}

type Validation = { readonly value: unknown } | { readonly problem: string };

// The try has all of it: a result may have getters, whose errors may quote the value too.
function validate(schema: StandardSchemaV1, text: string): Validation {
  try {
    if (hasAsyncStep(schema, text)) return { problem: returnedPromise };
    const result: unknown = schema['~standard'].validate(text); // its declared type is not trusted
    if (isPromise(result)) {
      Promise.resolve(result).catch(() => undefined); // nobody awaits it
      return { problem: returnedPromise };
    }
    if (typeof result !== 'object' || result === null) return { problem: noResult };
    const { issues, value } = result as { readonly issues?: unknown; readonly value?: unknown };
    if (!issues) return { value };
    if (!Array.isArray(issues)) return { problem: noResult };
    const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
    const codes = issueCodes(issues).join(', ');
    return { problem: `refused the value with ${count}${codes && `: ${codes}`}. ${withheld}` };
  } catch {
    return { problem: `threw an exception. ${withheld}` };
  }
}

/**
 * Whether a zod schema has an asynchronous step for this value, be it the first one with it. Its Standard Schema method would
 * drop the promise of the step; its core returns it.
 */
function hasAsyncStep(schema: StandardSchemaV1, text: string): boolean {
  const { _zod: core } = schema as ZodSchema;
  if (typeof core?.run !== 'function') return false;
  const result = core.run({ value: text, issues: [] }, { async: true });
  if (!isPromise(result)) return false;
  Promise.resolve(result).catch(() => undefined); // nobody awaits it
  return true;
}

/** The part of zod's schemas that shows an asynchronous step; those of zod 3 have only the first member. */
interface ZodSchema {
  readonly safeParseAsync?: unknown;
  readonly _zod?: { run?(payload: object, context: object): unknown };
}

const withheld = 'Its messages are withheld, since they may quote the value. Fix the secret or the schema.';

const returnedPromise =
  'must be synchronous, got a promise: it has an async step, or a step of it threw. ' +
  'Remove the async step, or fix the secret or the schema.';

const noResult = 'must return a Standard Schema result, with value or issues. Fix the schema.';

function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as Partial<PromiseLike<unknown>> | null)?.then === 'function';
}

function vendorOf(schema: StandardSchemaV1): string {
  try {
    const { vendor }: { readonly vendor: unknown } = schema['~standard'];
    return typeof vendor === 'string' && /^[\w.-]{1,30}$/.test(vendor) ? `${vendor} ` : '';
  } catch {
    return '';
  }
}

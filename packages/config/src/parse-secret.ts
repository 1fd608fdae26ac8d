import { type Secret, SecretError } from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Request } from './read-specs.js';

/**
 * Returns the output of the schema, sealed with the metadata of the value, or an error if the schema refuses the value. The
 * error has none of the validator's messages and paths: they may quote the value.
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
    return { problem: `refused the value with ${count}. ${withheld}` };
  } catch {
    return { problem: `threw an exception. ${withheld}` };
  }
}

const withheld = 'Its messages are withheld, since they may quote the value. Fix the secret or the schema.';

// zod starts an asynchronous run when a transform throws, and then rejects.
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

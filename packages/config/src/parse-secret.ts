import { type Secret, SecretError } from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Request } from './read-specs.js';

/**
 * The value as its schema gives it, sealed with all that is known of it. Where the schema refuses it, an error that says so
 * in words of our own: the validator's messages and paths may quote the value.
 */
export function parseSecret({ ref, schema }: Request, secret: Secret): Secret<unknown> | SecretError {
  if (!schema) return secret;
  const verdict = verdictOf(schema, secret.reveal());
  if ('value' in verdict) return secret.map(() => verdict.value);
  return new SecretError('invalid_data', `its ${vendorOf(schema)}schema ${verdict.problem}`, { ref });
}

type Verdict = { readonly value: unknown } | { readonly problem: string };

// All of it is tried: what a validator answers with may have getters, whose errors quote the value as well.
function verdictOf(schema: StandardSchemaV1, text: string): Verdict {
  try {
    const result: unknown = schema['~standard'].validate(text); // which is only said to be of a type
    if (isPromise(result)) {
      Promise.resolve(result).catch(() => undefined); // nobody waits for it
      return { problem: `gives a promise: it is async, or something in it threw. ${leaveOut} ${withheld}` };
    }
    if (typeof result !== 'object' || result === null) return { problem: noResult };
    const { issues, value } = result as { readonly issues?: unknown; readonly value?: unknown };
    if (!issues) return { value };
    if (!Array.isArray(issues)) return { problem: noResult };
    const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
    return { problem: `refuses the value, with ${count}. ${withheld}` };
  } catch {
    return { problem: `threw. ${withheld}` };
  }
}

// zod, for one, begins anew when something throws, and then rejects.
const leaveOut = 'A value is checked at once: leave out what waits.';

const noResult = 'answers with no result. Mend the schema.';

const withheld = 'What it says is withheld, since it may quote the value. Mend the secret, or the schema.';

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

import { type Secret, SecretError } from '@secretkit/core';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { Request } from './read-specs.js';

/**
 * The value as its schema gives it, sealed with all that is known of it. Where the schema refuses it, an error that says so
 * in words of our own: the validator's messages and paths may quote the value.
 */
export function parseSecret({ ref, schema }: Request, secret: Secret): Secret<unknown> | SecretError {
  if (!schema) return secret;
  const its = `its ${vendorOf(schema)}schema`;
  const refused = (problem: string): SecretError => new SecretError('invalid_data', problem, { ref });
  let result: unknown; // what a schema answers with is only said to be of a type
  try {
    result = schema['~standard'].validate(secret.reveal());
  } catch {
    return refused(`${its} threw. ${withheld}`);
  }
  if (isPromise(result)) {
    Promise.resolve(result).catch(() => undefined); // nobody waits for it
    return refused(`${its} gives a promise: it is async, or something in it threw. ${leaveOut} ${withheld}`);
  }
  if (typeof result !== 'object' || result === null) {
    return refused(`${its} answers with no result. Mend the schema.`);
  }
  const { issues, value } = result as { readonly issues?: readonly unknown[]; readonly value?: unknown };
  if (!issues) return secret.map(() => value);
  const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
  return refused(`${its} refuses the value, with ${count}. ${withheld}`);
}

// zod, for one, begins anew when something throws, and then rejects.
const leaveOut = 'A value is checked at once: leave out what waits.';

const withheld = 'What it says is withheld, since it may quote the value. Mend the secret, or the schema.';

function isPromise(result: unknown): result is PromiseLike<unknown> {
  return typeof (result as Partial<PromiseLike<unknown>> | null)?.then === 'function';
}

function vendorOf(schema: StandardSchemaV1): string {
  const { vendor } = schema['~standard'];
  return /^[\w.-]{1,30}$/.test(vendor) ? `${vendor} ` : '';
}

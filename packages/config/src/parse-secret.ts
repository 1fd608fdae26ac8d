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
  let result: StandardSchemaV1.Result<unknown> | Promise<unknown>;
  try {
    result = schema['~standard'].validate(secret.reveal());
  } catch {
    return new SecretError('invalid_data', `${its} threw. ${withheld}`, { ref });
  }
  if (result instanceof Promise) {
    result.catch(() => undefined); // nobody waits for it
    return new SecretError(
      'invalid_argument',
      `${its} is async. A value is checked at once: take what waits out of it.`,
      {
        ref,
      },
    );
  }
  const { issues } = result;
  if (!issues) {
    const { value } = result;
    return secret.map(() => value);
  }
  const count = issues.length === 1 ? '1 issue' : `${issues.length} issues`;
  return new SecretError('invalid_data', `${its} refuses the value, with ${count}. ${withheld}`, { ref });
}

const withheld = 'What it says is withheld, since it may quote the value. Mend the secret, or the schema.';

function vendorOf(schema: StandardSchemaV1): string {
  const { vendor } = schema['~standard'];
  return /^[\w.-]{1,30}$/.test(vendor) ? `${vendor} ` : '';
}

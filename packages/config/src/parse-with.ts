import { isSecretError, type Secret } from '@secretkit/core/provider';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { asyncProblem, parseSecret } from './parse-secret.js';

/**
 * Returns the output of a Standard Schema, sealed with the dates and the version of the value. For packages that read a secret
 * themselves, and take a schema.
 *
 * @throws `invalid_data` if the schema refuses the value, without the validator's messages, which may quote it.
 * @example
 * ```ts
 * import { parseWith } from '@secretkit/config';
 * import { seal } from '@secretkit/core';
 * import { z } from 'zod';
 *
 * const port = await parseWith(z.coerce.number(), seal('5432'));
 * console.log(port.reveal()); // 5432
 * ```
 */
export async function parseWith<T>(schema: StandardSchemaV1<unknown, T>, secret: Secret): Promise<Secret<T>> {
  const request = { at: '', ref: { name: '' }, schema };
  const parsed = (await asyncProblem(request, secret)) ?? parseSecret(request, secret);
  if (isSecretError(parsed)) throw parsed;
  return parsed as Secret<T>; // the schema's output
}

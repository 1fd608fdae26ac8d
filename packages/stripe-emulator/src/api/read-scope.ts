import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { SecretScope } from '../store/secret-space.js';
import type { Form } from './decode-form.js';
import { nearestName } from './nearest-name.js';
import { readText } from './read-text.js';
import { assumedFailure, emptyParam, invalidParam, missingParam, unknownParams } from './stripe-failures.js';

/**
 * Checks `scope[type]` and `scope[user]`.
 *
 * @throws `ApiFailure` 400 with Stripe's error for the first invalid field.
 */
export function readScope(value: Form[string], assume: ResolvedAssumptions): SecretScope {
  if (value === '') throw emptyParam('scope');
  if (value === undefined) throw missingParam('scope');
  if (!isForm(value)) throw invalidParam('scope', 'Invalid object');
  const unknown = Object.keys(value).filter((key) => key !== 'type' && key !== 'user');
  if (unknown.length > 0) throw unknownFields(unknown);
  const { type, user } = value;
  if (type === undefined) throw missingParam('scope[type]');
  if (type === '') throw emptyParam('scope[type]');
  if (type !== 'account' && type !== 'user') {
    throw invalidParam('scope[type]', 'Invalid scope[type]: must be one of account or user');
  }
  const id = readText(user, 'scope[user]', assume);
  if (type === 'account') {
    if (id === undefined) return { type };
    throw assumedFailure(assume.errors, 'userRefused', { user: id });
  }
  if (id === undefined) throw assumedFailure(assume.errors, 'userMissing');
  if (assume.users && !assume.users.includes(id))
    throw assumedFailure(assume.errors, 'userUnknown', { user: id });
  return { type, user: id };
}

function unknownFields(names: readonly string[]): Error {
  const [only, ...others] = names;
  const suggestion =
    only !== undefined && others.length === 0 ? nearestName(only, ['type', 'user']) : undefined;
  return unknownParams(
    names.map((name) => `scope[${name}]`),
    suggestion && `scope[${suggestion}]`,
  );
}

function isForm(value: Form[string]): value is Form {
  return typeof value === 'object' && !Array.isArray(value);
}

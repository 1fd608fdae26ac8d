import type { SecretScope } from '../store/secret-space.js';
import type { ApiFailure } from './api-failure.js';
import type { Form } from './decode-form.js';
import { emptyParam, invalidParam, missingParam, unknownParams } from './failures.js';

/**
 * Checks `scope[type]` and `scope[user]`.
 *
 * @throws ApiFailure with Stripe's error for what is wrong
 */
export function readScope(
  value: Form[string],
  checkUser: (user: string) => ApiFailure | undefined,
): SecretScope {
  if (value === '') throw emptyParam('scope');
  if (value === undefined) throw missingParam('scope');
  if (!isForm(value)) throw invalidParam('scope', 'Invalid object');
  const unknown = Object.keys(value).filter((key) => key !== 'type' && key !== 'user');
  if (unknown.length > 0) throw unknownParams(unknown.map((key) => `scope[${key}]`));
  const { type, user } = value;
  if (type === undefined) throw missingParam('scope[type]');
  if (type === '') throw emptyParam('scope[type]');
  if (type !== 'account' && type !== 'user') {
    throw invalidParam('scope[type]', 'Invalid scope[type]: must be one of account or user');
  }
  if (user === '') throw emptyParam('scope[user]');
  if (type === 'account') {
    if (user === undefined) return { type };
    throw invalidParam('scope[user]', 'You cannot provide scope[user] when scope[type] is account.');
  }
  if (user === undefined) throw missingParam('scope[user]');
  if (typeof user !== 'string') {
    throw invalidParam('scope[user]', 'Invalid string: scope[user] must be a single value');
  }
  const tooLong = checkUser(user);
  if (tooLong) throw tooLong;
  return { type, user };
}

function isForm(value: Form[string]): value is Form {
  return typeof value === 'object' && !Array.isArray(value);
}

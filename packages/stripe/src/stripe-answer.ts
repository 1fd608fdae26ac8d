import { SecretError } from '@secretkit/core';
import { stripeError } from './stripe-error.js';

/** One secret as Stripe tells of it. */
export interface StripeSecret {
  readonly id: string;
  readonly name: string;
  readonly livemode: boolean;
  readonly createdAt: Date;
  readonly expiresAt: Date | undefined;
  /** Absent where it was not expanded. */
  readonly payload: string | undefined;
}

/** One page of them. */
export interface StripePage {
  readonly secrets: readonly StripeSecret[];
  readonly hasMore: boolean;
}

/**
 * @throws `invalid_data` when the answer is no secret; the status's code when it is another JSON body, which stripe-node
 * resolves with although the request failed.
 */
export function readSecret(answer: unknown): StripeSecret {
  checkStatus(answer);
  const { object, id, name, livemode, created, expires_at, payload } = fieldsOf(answer);
  if (object !== 'apps.secret' || typeof id !== 'string' || typeof name !== 'string')
    throw malformed('a secret');
  if (typeof livemode !== 'boolean' || !isSeconds(created)) throw malformed('a secret');
  if (expires_at !== null && expires_at !== undefined && !isSeconds(expires_at)) throw malformed('a secret');
  return {
    id,
    name,
    livemode,
    createdAt: fromSeconds(created),
    expiresAt: isSeconds(expires_at) ? fromSeconds(expires_at) : undefined,
    payload: typeof payload === 'string' ? payload : undefined,
  };
}

/** @throws As `readSecret`. */
export function readPage(answer: unknown): StripePage {
  checkStatus(answer);
  const { object, data, has_more } = fieldsOf(answer);
  if (object !== 'list' || !Array.isArray(data) || typeof has_more !== 'boolean')
    throw malformed('a list of secrets');
  return { secrets: data.map(readSecret), hasMore: has_more };
}

/** @throws As `readSecret`, when the answer does not say that the secret is deleted. */
export function readDeletion(answer: unknown): void {
  checkStatus(answer);
  const { object, deleted } = fieldsOf(answer);
  if (object !== 'apps.secret' || deleted !== true) throw malformed('a deleted secret');
}

function checkStatus(answer: unknown): void {
  const { lastResponse } = fieldsOf(answer);
  const { statusCode, requestId, headers } = fieldsOf(lastResponse);
  if (typeof statusCode !== 'number' || (statusCode >= 200 && statusCode < 300)) return;
  throw stripeError({
    status: statusCode,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    headers: fieldsOf(headers),
  });
}

function fieldsOf(thing: unknown): Partial<Record<string, unknown>> {
  return typeof thing === 'object' && thing !== null ? thing : {};
}

/** Is it a moment that a Date can hold? */
function isSeconds(thing: unknown): thing is number {
  return typeof thing === 'number' && Math.abs(thing) <= 8.64e12;
}

function fromSeconds(seconds: number): Date {
  return new Date(seconds * 1_000);
}

function malformed(expected: string): SecretError {
  return new SecretError(
    'invalid_data',
    `the answer was JSON, and not ${expected}. Check for a proxy in between.`,
  );
}

import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { StoredSecret } from '../store/secret-store.js';

/** Returns a secret as Stripe's API does: `id`, `object`, then the other keys in alphabetical order. */
export function secretJson(secret: StoredSecret, expandsPayload: boolean, deleted?: true): object {
  const { id, name, payload, created, expiresAt, space } = secret;
  return {
    id,
    object: 'apps.secret',
    created,
    ...(deleted ? { deleted } : {}),
    expires_at: expiresAt,
    livemode: space.mode === 'live',
    name,
    ...(expandsPayload ? { payload } : {}),
    scope: space.scope,
  };
}

/** Returns the body of the response to a delete. */
export function deletedSecretJson(
  secret: StoredSecret,
  expandsPayload: boolean,
  format: ResolvedAssumptions['deleteBody'],
): object {
  if (format === 'docs') return { id: secret.id, object: 'apps.secret', deleted: true };
  return secretJson(secret, expandsPayload, true);
}

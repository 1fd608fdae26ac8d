import type { ResolvedAssumptions } from '../options/assumptions.js';
import type { StoredSecret } from '../store/secret-store.js';

/** A secret as Stripe prints it: id and object, then the rest by the alphabet; the payload only if it was asked for. */
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

/** The answer to a delete. */
export function deletedSecretJson(
  secret: StoredSecret,
  expandsPayload: boolean,
  form: ResolvedAssumptions['deleteBody'],
): object {
  if (form === 'docs') return { id: secret.id, object: 'apps.secret', deleted: true };
  return secretJson(secret, expandsPayload, true);
}

import type { ScopedSecrets, Secrets } from '@secretkit/core';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';

/** The context of a handler behind the middleware. */
export interface OwnSecrets {
  readonly Variables: { readonly secrets: ScopedSecrets };
}

/**
 * Gives each request a client in the scope of its account.
 *
 * @param accountOf - Returns the authenticated account. A missing account is refused.
 */
export function ownSecrets(secrets: Secrets, accountOf: (c: Context) => string) {
  return createMiddleware<OwnSecrets>(async (c, next) => {
    c.set('secrets', secrets.scoped({ account: accountOf(c) }));
    await next();
  });
}

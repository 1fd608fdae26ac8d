import type { ScopedSecrets, Secrets } from '@secretkit/core';
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';

/** What a handler behind the middleware finds in its context. */
export interface OwnSecrets {
  readonly Variables: { readonly secrets: ScopedSecrets };
}

/**
 * Gives each request a client within the scope of its account.
 *
 * @param accountOf - The account that your authentication has found out. An account that is missing is refused.
 */
export function ownSecrets(secrets: Secrets, accountOf: (c: Context) => string) {
  return createMiddleware<OwnSecrets>(async (c, next) => {
    c.set('secrets', secrets.scoped({ account: accountOf(c) }));
    await next();
  });
}

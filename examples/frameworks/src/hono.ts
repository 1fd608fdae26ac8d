import {
  createSecrets,
  isSecretError,
  type ScopedSecrets,
  type SecretProvider,
  type Secrets,
} from '@secretkit/core';
import { type Context, Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { Orders } from './partner.js';

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

/** An application for many accounts, and what ends it. */
export function application(provider: SecretProvider, accountOf: (c: Context) => string, orders: Orders) {
  const secrets = createSecrets(provider);
  const app = new Hono()
    .use(ownSecrets(secrets, accountOf))
    .get('/orders', async (c) => c.json(await c.var.secrets.use('partner-token', orders)))
    .get('/accounts/:account/orders', async (c) => {
      const scope = { account: c.req.param('account') }; // of the path, which anybody can write
      return c.json(await c.var.secrets.use({ name: 'partner-token', scope }, orders));
    })
    .onError((error, c) => {
      if (!isSecretError(error)) return c.json({ error: 'internal' }, 500);
      return c.json({ error: error.code }, error.code === 'invalid_argument' ? 403 : 503);
    });
  return { app, close: () => secrets.close() };
}

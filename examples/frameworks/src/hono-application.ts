import { createSecrets, isSecretError, type SecretProvider } from '@secretkit/core';
import { type Context, Hono } from 'hono';
import { ownSecrets } from './own-secrets.js';
import type { Orders } from './partner.js';

/** Returns an application for many accounts, and the function that closes it. */
export function honoApplication(provider: SecretProvider, accountOf: (c: Context) => string, orders: Orders) {
  const secrets = createSecrets(provider);
  const app = new Hono()
    .use(ownSecrets(secrets, accountOf))
    .get('/orders', async (c) => c.json(await c.var.secrets.use('partner-token', orders)))
    .get('/accounts/:account/orders', async (c) => {
      const scope = { account: c.req.param('account') }; // from the path, which any client can choose
      return c.json(await c.var.secrets.use({ name: 'partner-token', scope }, orders));
    })
    .onError((error, c) => {
      if (!isSecretError(error)) return c.json({ error: 'internal' }, 500);
      return c.json({ error: error.code }, error.code === 'invalid_argument' ? 403 : 503);
    });
  return { app, close: () => secrets.close() };
}

import { createSecrets, type SecretProvider, type Secrets } from '@secretkit/core';
import Fastify, { type FastifyInstance } from 'fastify';
import plugin from 'fastify-plugin';
import type { Orders } from './partner.js';

declare module 'fastify' {
  interface FastifyInstance {
    readonly secrets: Secrets;
  }
}

/** Adds `app.secrets`, and closes it with the application: `onClose` runs when those who are being served are done. */
export const secretsPlugin = plugin<{ readonly provider: SecretProvider }>(
  async (app, { provider }) => {
    const secrets = createSecrets(provider);
    app.decorate('secrets', secrets);
    app.addHook('onClose', () => secrets.close());
  },
  { name: 'secrets', fastify: '5.x' },
);

/** An application that needs a secret for what it answers. */
export function application(provider: SecretProvider, orders: Orders): FastifyInstance {
  const app = Fastify();
  void app.register(secretsPlugin, { provider }); // Fastify waits for it when it starts
  app.get('/orders', () => app.secrets.use('partner-token', orders));
  return app;
}

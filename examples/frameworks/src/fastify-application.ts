import type { SecretProvider } from '@secretkit/core';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Orders } from './partner.js';
import { secretsPlugin } from './secrets-plugin.js';

/** An application that needs a secret for its responses. */
export function fastifyApplication(provider: SecretProvider, orders: Orders): FastifyInstance {
  const app = Fastify();
  void app.register(secretsPlugin, { provider }); // Fastify awaits it at start-up
  app.get('/orders', () => app.secrets.use('partner-token', orders));
  return app;
}

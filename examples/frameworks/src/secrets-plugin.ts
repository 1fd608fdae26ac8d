import { createSecrets, type SecretProvider, type Secrets } from '@secretkit/core';
import plugin from 'fastify-plugin';

declare module 'fastify' {
  interface FastifyInstance {
    readonly secrets: Secrets;
  }
}

/** Adds `app.secrets`, and closes it with the application: `onClose` runs after the requests in progress. */
export const secretsPlugin = plugin<{ readonly provider: SecretProvider }>(
  async (app, { provider }) => {
    const secrets = createSecrets(provider);
    app.decorate('secrets', secrets);
    app.addHook('onClose', () => secrets.close());
  },
  { name: 'secrets', fastify: '5.x' },
);

import type { Secret } from '@secretkit/core';
import { fakeSecrets } from '@secretkit/testing';
import { describe, expect, it } from 'vitest';
import { fastifyApplication } from './fastify-application.js';

describe('a Fastify application with the plugin', () => {
  it('reads secrets where it needs them, and closes the client after the last response', async () => {
    const fake = fakeSecrets({ initial: { 'partner-token': 'example' } });
    const order: string[] = [];
    const provider = {
      ...fake.provider,
      async [Symbol.asyncDispose]() {
        order.push('closed');
      },
    };
    const { promise: arrived, resolve: arrive } = withResolvers();
    const { promise: released, resolve: release } = withResolvers();
    const app = fastifyApplication(provider, async (token: Secret) => {
      arrive();
      await released;
      order.push('answered');
      return [`orders, read with ${String(token)}`];
    });
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const answer = fetch(`${url}/orders`, { headers: { connection: 'close' } });
    await arrived;
    const closing = app.close();
    release();
    expect(await (await answer).json()).toEqual(['orders, read with [secret]']);
    await closing;
    expect(order).toEqual(['answered', 'closed']);
    await expect(app.secrets.get('partner-token')).rejects.toThrow(/^closed/);
  });

  it('does not start without a provider', async () => {
    const app = fastifyApplication(undefined as never, async () => []);
    await expect(app.ready()).rejects.toThrow(/createSecrets: provider must have a name/);
  });
});

function withResolvers() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

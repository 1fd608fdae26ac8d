import { createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import { z } from 'zod';
import { type RotatingOptions, rotating } from '../src/rotating.js';
import type { RotationEvent } from '../src/rotation-event.js';
import type { RedisServer } from './redis-server.js';

const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

export type Login = z.infer<typeof schema>;

let users = 0;

/** Returns a user of the server and a rotation of its secret. */
export async function redisSite(server: RedisServer, options: RotatingOptions<Login> = {}) {
  users += 1;
  const app = `app_${users}`;
  const rules = ['on', '~*', '&*', '+@all'];
  const create = (username: string, password: string) =>
    server.command('ACL', 'SETUSER', username, ...rules, `>${password}`);
  await create(app, 'CANARY-1');
  const valueOf = (username: string, password: string) => JSON.stringify({ username, password });
  const fake = fakeSecrets({ initial: { db: valueOf(app, 'CANARY-1') } });
  const secrets = createSecrets(cache()(fake.provider));
  const events: RotationEvent[] = [];
  const rotation = rotating(secrets, 'db', { schema, onEvent: (event) => events.push(event), ...options });
  return {
    app,
    clone: `${app}_clone`,
    rotation,
    events,
    create,
    kinds: () => events.map(({ kind }) => kind),
    inStore: (password: string, username = app) => fake.put('db', valueOf(username, password)),
    inServer: (password: string) =>
      server.command('ACL', 'SETUSER', app, 'resetpass', `>${password}`) as Promise<void>,
    /** Lets the rotation see the store's value. */
    notice: () => secrets.get('db', { fresh: true }),
  };
}

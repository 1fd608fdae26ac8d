import { createSecrets, SecretError, type SecretProvider } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import { memorySecrets } from '@secretkit/memory';
import { z } from 'zod';

export type Login = Readonly<{ username: string; password: string }>;

export const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

/** What a proof does with its server. */
export interface ProofServer {
  createUser(login: Login): Promise<unknown>;
  setPassword(login: Login): Promise<unknown>;
  /** The count of the connections of a user. */
  connections(username: string): Promise<number>;
  /** Ends the connections of a user. */
  kill?(username: string): Promise<unknown>;
  /** Deletes a user, which ends its connections, too. */
  drop?(username: string): Promise<unknown>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The store of one run, with users of its own. */
export interface Site {
  readonly provider: SecretProvider;
  readonly outage: { ends: number };
  readonly users: readonly [string, string];
  readonly server: ProofServer;
  put(login: Login): Promise<void>;
  read(): Promise<Login>;
  version(): Promise<string | undefined>;
}

let sites = 0;

export async function openSite(server: ProofServer): Promise<Site> {
  sites += 1;
  const users = [`app_${sites}_a`, `app_${sites}_b`] as const;
  for (const username of users) await server.createUser({ username, password: 'round-0' });
  const first: Login = { username: users[0], password: 'round-0' };
  const memory = memorySecrets({ initial: { db: JSON.stringify(first) } });
  const store = createSecrets(memory);
  const outage = { ends: 0 };
  const provider = around({
    name: 'outage',
    async policy(run, ctx) {
      if (Date.now() < outage.ends) throw new SecretError('unavailable', 'the store is down.');
      return run(ctx);
    },
  })(memory);
  return {
    server,
    provider,
    outage,
    users,
    put: async (login) => void (await store.set('db', JSON.stringify(login))),
    read: async () => schema.parse((await store.require('db')).reveal()),
    version: async () => (await store.require('db')).version,
  };
}

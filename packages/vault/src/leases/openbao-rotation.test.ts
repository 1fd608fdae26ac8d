import { compose, createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { rotating } from '@secretkit/rotation';
import { pgPool } from '@secretkit/rotation/pg';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { hasDatabase, type LeasingDatabase, startLeasingDatabase } from '../../test/leases/database.js';
import { vaultSecrets } from '../vault-secrets.js';

const name = 'database/creds/app';
const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

const stacks = [
  ['the provider', compose()],
  ['a stack with a retry', compose(retry())],
  ['a stack with a cache', compose(cache())],
] as const;

describe.skipIf(!hasDatabase)('a pool on accounts of OpenBao', () => {
  let db: LeasingDatabase;
  beforeAll(async () => {
    db = await startLeasingDatabase();
    await db.addRole('app', { ttl: '1h', max: '6h' });
  }, 180_000);
  afterAll(() => db?.close());

  it.each(stacks)(
    'of %s keeps a replaced account until its connections have drained, and no longer',
    async (_, stack) => {
      const auth = await db.addLogin('pool');
      const provider = vaultSecrets({ address: db.bao.url, mount: 'kv', leases: ['database/creds'], auth });
      const held = stack(provider);
      const secrets = createSecrets(held);
      const rotation = rotating(secrets, name, { schema, provider: held });
      const { host, port, database } = db.postgres;
      const pool = await pgPool(pg, rotation, { host, port, database });
      const user = async (client: Pick<pg.Pool, 'query'> | pg.PoolClient): Promise<string> =>
        String((await client.query<{ name: string }>('select current_user as name')).rows[0]?.name);

      const client = await pool.connect(); // work that takes long
      const old = await user(client);
      expect(await db.accounts()).toEqual([old]);
      await db.postgres.sql(`alter role "${old}" nologin`); // sessions live on, and the next login is refused
      const next = await user(pool);
      expect(next).not.toBe(old);
      expect((await db.accounts()).toSorted()).toEqual([old, next].toSorted());
      expect(await user(client)).toBe(old); // it works until the drain is over
      client.release();
      await vi.waitFor(async () => expect(await db.accounts()).toEqual([next]), { timeout: 30_000 });
      expect(await user(pool)).toBe(next);
      await pool.end();
      await rotation.close();
      await secrets.close();
      await vi.waitFor(async () => expect(await db.accounts()).toEqual([]), { timeout: 30_000 });
    },
  );
});

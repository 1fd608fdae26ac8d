import { PrismaPg } from '@prisma/adapter-pg';
import { createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import knex from 'knex';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type PostgresServer, startPostgres } from '../../test/postgres-server.js';
import { isTested } from '../../test/server-process.js';
import { type Rotation, rotating } from '../rotating.js';
import { pgPool, pgPoolClass } from './pg-pool.js';

const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

describe.skipIf(!isTested('initdb', 'postgres'))('libraries with a pool that rotates', () => {
  let server: PostgresServer;
  let rotation: Rotation<z.infer<typeof schema>>;
  let roles = 0;

  beforeAll(async () => {
    server = await startPostgres();
  }, 120_000);
  afterEach(() => rotation.close());
  afterAll(() => server.stop());

  async function setUp() {
    roles += 1;
    const app = `app_${roles}`;
    await server.sql(`create role ${app} login password 'CANARY-1'`);
    const valueOf = (username: string, password: string) => JSON.stringify({ username, password });
    const fake = fakeSecrets({ initial: { db: valueOf(app, 'CANARY-1') } });
    rotation = rotating(createSecrets(cache()(fake.provider)), 'db', { schema });
    const { host, port, database } = server;
    const config = { host, port, database, maxUses: 1 }; // each query logs in
    return {
      app,
      config,
      /** The first queries need the first password, and the last ones the user of the second. */
      async provesRotation(currentUser: () => Promise<unknown>): Promise<void> {
        expect(await currentUser()).toBe(app);
        await server.sql(`create role ${app}_clone login password 'CANARY-2'`);
        await server.sql(`alter role ${app} password 'CANARY-ended'`);
        const answers = Promise.all(Array.from({ length: 5 }, currentUser));
        await fake.put('db', valueOf(`${app}_clone`, 'CANARY-2'));
        expect(await answers).toEqual(Array.from({ length: 5 }, () => `${app}_clone`));
        expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 });
      },
    };
  }

  it('drizzle takes the pool', async () => {
    const { config, provesRotation } = await setUp();
    const db = drizzle(await pgPool(pg, rotation, config));
    await provesRotation(async () => (await db.execute(sql`select current_user`)).rows[0]?.['current_user']);
  });

  it('knex takes the pool as connectionPool', async () => {
    const { config, provesRotation } = await setUp();
    const db = knex({ client: 'pg', connectionPool: await pgPool(pg, rotation, config) });
    await provesRotation(async () => {
      const { rows } = await db.raw<{ rows: { current_user: string }[] }>('select current_user');
      return rows[0]?.current_user;
    });
    await db.destroy();
  });

  it('the adapter of Prisma takes the pool', async () => {
    const { config, provesRotation } = await setUp();
    const db = await new PrismaPg(await pgPool(pg, rotation, config)).connect();
    await provesRotation(async () => {
      const { rows } = await db.queryRaw({ sql: 'select current_user::text', args: [], argTypes: [] });
      return rows[0]?.[0];
    });
    await db.dispose();
  });

  it('TypeORM takes the class as a part of its driver', async () => {
    const { config, provesRotation } = await setUp();
    const { maxUses, ...address } = config;
    const driver = { ...pg, Pool: await pgPoolClass(pg, rotation) };
    const db = new DataSource({ type: 'postgres', driver, ...address, extra: { maxUses } });
    await db.initialize();
    await provesRotation(async () => {
      const [row] = await db.query<{ current_user: string }[]>('select current_user');
      return row?.current_user;
    });
    await db.destroy();
  });
});

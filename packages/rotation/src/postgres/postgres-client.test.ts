import { getEventListeners } from 'node:events';
import { createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type PostgresServer, startPostgres } from '../../test/postgres-server.js';
import { isTested } from '../../test/server-process.js';
import type { PoolOptions } from '../pool-options.js';
import { type RotatingOptions, type Rotation, rotating } from '../rotating.js';
import { postgresClient } from './postgres-client.js';

const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

type Login = z.infer<typeof schema>;

const sockets = () => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap');

describe.skipIf(!isTested('initdb', 'postgres'))('postgresClient', () => {
  let server: PostgresServer;
  const rotations: Rotation<Login>[] = [];
  let roles = 0;

  beforeAll(async () => {
    server = await startPostgres();
  }, 120_000);
  afterEach(async () => {
    await Promise.all(rotations.splice(0).map((each) => each.close()));
  });
  afterAll(() => server.stop());

  async function setUp(options: RotatingOptions<Login> = {}) {
    roles += 1;
    const app = `app_${roles}`;
    await server.sql(`create role ${app} login password 'CANARY-1'`);
    const valueOf = (username: string, password: string) => JSON.stringify({ username, password });
    const fake = fakeSecrets({ initial: { db: valueOf(app, 'CANARY-1') } });
    const secrets = createSecrets(cache()(fake.provider));
    const rotation = rotating(secrets, 'db', { schema, ...options });
    rotations.push(rotation);
    const { host, port, database } = server;
    return {
      app,
      fake,
      secrets,
      rotation,
      open: (more: PoolOptions<Login> = {}) =>
        postgresClient((login) => postgres({ host, port, database, max: 3, ...login }), rotation, more),
      inStore: (password: string, username = app) => fake.put('db', valueOf(username, password)),
      inServer: (password: string) => server.sql(`alter role ${app} password '${password}'`),
      /** Ends every session, so that each next one logs in. */
      async terminate() {
        // Not while postgres asks a new session for its types: it would not handle that failure.
        const isSettled = `usename = '${app}' and state_change < clock_timestamp() - interval '200 milliseconds'`;
        const statement = `select pg_terminate_backend(pid) from pg_stat_activity where ${isSettled}`;
        const hasNoSession = async (): Promise<void> => {
          await server.sql(statement); // again, for one that has logged in meanwhile
          expect(sockets()).toEqual([]); // postgres has noticed it
        };
        await vi.waitFor(hasNoSession, { timeout: 15_000, interval: 100 });
      },
    };
  }

  type Client = Awaited<ReturnType<Awaited<ReturnType<typeof setUp>>['open']>>;

  const names = (db: Client, count = 8) =>
    Promise.all(
      Array.from({ length: count }, () =>
        db.use(async (sql) => {
          const [row] = await sql<{ current_user: string }[]>`select current_user`;
          return row?.current_user;
        }),
      ),
    );

  it.each(['server', 'store'])('answers every use when the %s is rotated first', async (first) => {
    const { app, open, inStore, inServer, terminate, rotation } = await setUp();
    const db = await open();
    expect(await names(db)).toEqual(Array.from({ length: 8 }, () => app));
    await (first === 'server' ? inServer('CANARY-2') : inStore('CANARY-2'));
    await terminate();
    const answers = names(db);
    if (first === 'server')
      await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), { timeout: 10_000 });
    await (first === 'server' ? inStore('CANARY-2') : inServer('CANARY-2'));
    expect(await answers).toHaveLength(8);
    await terminate();
    expect(await names(db)).toHaveLength(8);
    await vi.waitFor(() => expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 }), {
      timeout: 10_000,
    });
  });

  it('takes user and password together, and lets a transaction of the old user end', async () => {
    const { app, open, secrets, inStore, rotation } = await setUp();
    const db = await open();
    let commit = (): void => undefined;
    const held = new Promise<void>((resolve) => (commit = resolve));
    const transaction = db.use(async (sql) => {
      await sql`begin`;
      await held;
      const [row] = await sql<{ current_user: string }[]>`select current_user`;
      await sql`commit`;
      return row?.current_user;
    });
    await server.sql(`create role ${app}_clone login password 'CANARY-2'`);
    await inStore('CANARY-2', `${app}_clone`);
    await secrets.get('db', { fresh: true });
    await vi.waitFor(async () => expect(await names(db, 1)).toEqual([`${app}_clone`]), 20_000);
    expect(rotation.health()).toMatchObject({ clients: [{ ended: [{ generation: 1, inUse: 1 }] }] });
    commit();
    expect(await transaction).toBe(app);
    await vi.waitFor(
      async () =>
        expect(await server.sql(`select pid from pg_stat_activity where usename = '${app}'`)).toEqual([]),
      { timeout: 10_000 },
    );
  });

  it('opens connections while the store is down, because no connection asks it for the password', async () => {
    const { open, fake, terminate } = await setUp();
    const db = await open();
    fake.fail('unavailable');
    await terminate();
    expect(await names(db)).toHaveLength(8);
  });

  it('refuses fetch_types: false, with which postgres never settles a reservation', async () => {
    const { rotation } = await setUp();
    const { host, port } = server;
    const opening = postgresClient(
      (login) => postgres({ host, port, fetch_types: false, ...login }),
      rotation,
    );
    await expect(opening).rejects.toThrow(/fetch_types/);
  });

  it('runs once, and goes on after its connection was lost', async () => {
    const { open } = await setUp();
    const db = await open();
    let runs = 0;
    const lost = db.use(async (sql) => {
      runs += 1;
      await sql`select pg_terminate_backend(pg_backend_pid())`;
    });
    await expect(lost).rejects.toThrow();
    expect(runs).toBe(1);
    expect(await names(db, 20)).toHaveLength(20);
    await expect(db.sql`select nothing`).rejects.toMatchObject({ code: '42703' });
  });

  it('answers the uses that wait while the connections they wait for are lost', async () => {
    const { open, app } = await setUp();
    const db = await open();
    let end = (): void => undefined;
    const held = new Promise<void>((resolve) => (end = resolve));
    let holding = 0;
    const hold = (): Promise<void> => {
      holding += 1;
      return held;
    };
    const holders = Array.from({ length: 3 }, () => db.use(hold)); // all connections of the client
    await vi.waitFor(() => expect(holding).toBe(3), 10_000);
    const answers = names(db, 5);
    await server.sql(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${app}'`);
    expect(await answers).toEqual(Array.from({ length: 5 }, () => app)); // postgres forgets three of them
    end();
    await Promise.all(holders);
    expect(await names(db, 8)).toHaveLength(8); // what was asked for twice was given back
  });

  it('answers the uses before its close, also those that wait for a login', async () => {
    const { open, rotation, inServer, inStore, terminate } = await setUp();
    const db = await open();
    await terminate();
    await inServer('CANARY-2');
    const waiting = Array.from({ length: 6 }, () => db.use((sql) => sql`select 1 as one`));
    await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), { timeout: 10_000 });
    const last = db.use((sql) => sql`select 1 as one`);
    const closing = db.close();
    await inStore('CANARY-2');
    expect(await Promise.all([...waiting, last])).toEqual(Array.from({ length: 7 }, () => [{ one: 1 }]));
    await closing;
    await expect(db.use(() => 1)).rejects.toMatchObject({ code: 'closed' });
  });

  it('ends within closeMs: each call settles, and no socket and no listener is left', async () => {
    await vi.waitFor(() => expect(sockets()).toEqual([]), 20_000); // of the tests before
    const controller = new AbortController();
    const { open, rotation, secrets } = await setUp({ signal: controller.signal, watchMs: 60_000 });
    const db = await open({ closeMs: 300 });
    const busy = Array.from({ length: 6 }, () =>
      db.use((sql) => sql`select pg_sleep(30)`).catch((error: unknown) => error),
    );
    await vi.waitFor(
      async () =>
        expect(
          (await server.sql(`select pid from pg_stat_activity where query like '%pg_sleep(30)%'`)).length,
        ).toBe(4),
      { timeout: 10_000 },
    );
    await db.close();
    expect(await Promise.all(busy)).toHaveLength(6);
    await expect(db.use(() => 1)).rejects.toMatchObject({ code: 'closed' });
    await rotation.close();
    await secrets.close();
    await vi.waitFor(() => expect(sockets()).toEqual([]), { timeout: 10_000 });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });
});

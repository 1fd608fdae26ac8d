import { getEventListeners } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import pg from 'pg';
import { afterAll, afterEach, assert, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type PostgresServer, startPostgres } from '../../test/postgres-server.js';
import { isTested } from '../../test/server-process.js';
import type { PoolOptions } from '../pool-options.js';
import { type RotatingOptions, type Rotation, rotating } from '../rotating.js';
import type { RotationEvent } from '../rotation-event.js';
import { pgPool, pgPoolClass } from './pg-pool.js';

const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

type Login = z.infer<typeof schema>;

/** The open sockets of the process. */
const sockets = () => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap');

describe.skipIf(!isTested('initdb', 'postgres'))('pgPool', () => {
  let server: PostgresServer;
  const rotations: Rotation<Login>[] = [];

  beforeAll(async () => {
    server = await startPostgres();
  });
  afterEach(async () => {
    await Promise.all(rotations.splice(0).map((each) => each.close()));
  });
  afterAll(() => server.stop());

  let roles = 0;

  async function setUp(options: RotatingOptions<Login> = {}) {
    roles += 1;
    const app = `app_${roles}`;
    await server.sql(`create role ${app} login password 'CANARY-1'`);
    const valueOf = (username: string, password: string) => JSON.stringify({ username, password });
    const fake = fakeSecrets({ initial: { db: valueOf(app, 'CANARY-1') } });
    const secrets = createSecrets(cache()(fake.provider));
    const events: RotationEvent[] = [];
    const rotation = rotating(secrets, 'db', { schema, onEvent: (event) => events.push(event), ...options });
    rotations.push(rotation);
    const { host, port, database } = server;
    const config = { host, port, database, max: 4 };
    return {
      app,
      secrets,
      events,
      rotation,
      config,
      kinds: () => events.map(({ kind }) => kind),
      pool: (more: pg.PoolConfig = {}, poolOptions: PoolOptions<Login> = {}) =>
        pgPool(pg, rotation, { ...config, ...more }, poolOptions),
      inStore: (password: string, username = app) => fake.put('db', valueOf(username, password)),
      inServer: (password: string) => server.sql(`alter role ${app} password '${password}'`),
      connections: async () =>
        (await server.sql(`select pid from pg_stat_activity where usename = '${app}'`)).length,
    };
  }

  /** Runs queries at the same time, each with a connection of its own pool slot. */
  const queries = (pool: pg.Pool, count = 8) =>
    Promise.all(
      Array.from({ length: count }, () => pool.query<{ current_user: string }>('select current_user')),
    );

  it('is an instance of the pool that it is given, and answers queries, promises and callbacks', async () => {
    const { pool, app } = await setUp();
    const db = await pool();
    expect(db).toBeInstanceOf(pg.Pool);
    expect((await db.query('select current_user')).rows).toEqual([{ current_user: app }]);
    const rows = await new Promise((resolve, reject) => {
      db.connect((error, client, done) => {
        if (error) {
          reject(error);
          return;
        }
        return client?.query('select 1 as one', (failure, result) => {
          done();
          if (failure) reject(failure);
          else resolve(result.rows);
        });
      });
    });
    expect(rows).toEqual([{ one: 1 }]);
    await expect(db.query('select nothing')).rejects.toMatchObject({ code: '42703' });
    expect(inspect(db, { depth: 9, showHidden: true })).not.toContain('CANARY-1');
  });

  it.each(['server', 'store'])('answers every query when the %s is rotated first', async (first) => {
    const { pool, inStore, inServer, rotation } = await setUp();
    const db = await pool({ maxUses: 1 });
    await queries(db);
    await (first === 'server' ? inServer('CANARY-2') : inStore('CANARY-2'));
    const answers = queries(db);
    const waiting = vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), {
      timeout: 10_000,
    });
    if (first === 'server') await waiting;
    await (first === 'server' ? inStore('CANARY-2') : inServer('CANARY-2'));
    expect(await answers).toHaveLength(8);
    expect(await queries(db)).toHaveLength(8);
    await vi.waitFor(() => expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 }), {
      timeout: 10_000,
    });
  });

  it('takes user and password together, and closes the connections of the old user', async () => {
    const { app, pool, secrets, inStore, kinds, connections } = await setUp();
    const db = await pool({ idleTimeoutMillis: 0 });
    await queries(db, 4);
    expect(await connections()).toBe(4);
    await server.sql(`create role ${app}_clone login password 'CANARY-2'`);
    await inStore('CANARY-2', `${app}_clone`);
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped', 'drained']), { timeout: 10_000 });
    expect((await db.query('select current_user')).rows).toEqual([{ current_user: `${app}_clone` }]);
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  });

  it('lets a transaction of the old user end, and reports it until then', async () => {
    const { app, pool, secrets, inStore, rotation, kinds, connections } = await setUp();
    const db = await pool();
    const client = await db.connect();
    await client.query('begin');
    await server.sql(`create role ${app}_clone login password 'CANARY-2'`);
    await inStore('CANARY-2', `${app}_clone`);
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped']), { timeout: 10_000 });
    expect(rotation.health()).toMatchObject({
      degraded: true,
      clients: [{ ended: [{ generation: 1, inUse: 1 }] }],
    });
    await client.query('commit');
    client.release();
    await db.query('select 1');
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
    await vi.waitFor(() => expect(kinds().at(-1)).toBe('drained'), { timeout: 10_000 });
    expect(rotation.health().degraded).toBe(false);
  });

  it.each([
    ['a dropped role', '42704', 'select current_user'],
    ['lost privileges', '42501', 'select * from things'],
  ])(
    'reports %s on a client of a replaced credential as its end, and discards it',
    async (_, code, query) => {
      const { app, pool, secrets, inStore, events, kinds, connections } = await setUp();
      await server.sql(`create table if not exists things (id int); grant select on things to ${app}`);
      const db = await pool();
      const client = await db.connect();
      await client.query(query);
      await server.sql(`create role ${app}_clone login password 'CANARY-2'`);
      await inStore('CANARY-2', `${app}_clone`);
      await secrets.get('db', { fresh: true });
      await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped']), { timeout: 10_000 });
      await server.sql(`revoke select on things from ${app}`);
      if (code === '42704') await server.sql(`drop role ${app}`);
      await expect(client.query(query)).rejects.toMatchObject({ code });
      expect(events.at(-1)).toMatchObject({ kind: 'ended', client: 'pg', generation: 1 });
      client.release();
      await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
      await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped', 'ended', 'drained']), {
        timeout: 10_000,
      });
    },
  );

  it('leaves a missing privilege of a live credential to the application', async () => {
    const { app, pool, kinds, connections } = await setUp();
    await server.sql(`create table secrets_of_${app} (id int)`);
    const db = await pool();
    const client = await db.connect();
    await expect(client.query(`select * from secrets_of_${app}`)).rejects.toMatchObject({ code: '42501' });
    await expect(client.query('set role nobody')).rejects.toMatchObject({ code: /42704|22023/ });
    client.release();
    expect(kinds()).toEqual([]);
    expect(await connections()).toBe(1);
    expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it('keeps sessions, transactions and LISTEN when the password changes or the role loses LOGIN', async () => {
    const { app, pool, inServer } = await setUp();
    const db = await pool();
    const client = await db.connect();
    const notified = new Promise((resolve) => client.once('notification', ({ channel }) => resolve(channel)));
    await client.query('listen changes');
    await client.query('begin');
    await inServer('CANARY-2');
    await server.sql(`alter role ${app} nologin`);
    await expect(
      new pg.Client({ ...db.options, user: app, password: 'CANARY-2' }).connect(),
    ).rejects.toThrow();
    expect((await client.query('select current_user')).rows).toEqual([{ current_user: app }]);
    await client.query('commit');
    await server.sql('notify changes');
    expect(await notified).toBe('changes');
    client.release();
  });

  it('repeats a login of a role that may not log in, which is 28000', async () => {
    const { app, pool, rotation } = await setUp();
    const db = await pool({ maxUses: 1 });
    await db.query('select 1');
    await server.sql(`alter role ${app} nologin`);
    const answers = queries(db);
    await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), { timeout: 10_000 });
    await server.sql(`alter role ${app} login`);
    expect(await answers).toHaveLength(8);
  });

  it('answers the work of a terminated session with its failure, and the next query', async () => {
    const { app, pool, rotation } = await setUp();
    const db = await pool({ max: 1 });
    const busy = expect(db.query('select pg_sleep(30)')).rejects.toMatchObject({ code: '57P01' });
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${app}' and query like '%pg_sleep%'`;
    await vi.waitFor(async () => expect(await server.sql(terminate)).toHaveLength(1), { timeout: 10_000 });
    await busy;
    expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(rotation.health().authFailures).toBe(0);
  });

  it('survives a failure in the packet of ReadyForQuery, which pg emits between checkouts', async () => {
    const message = (type: string, body: string) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(4 + body.length);
      return Buffer.concat([Buffer.from(type), length, Buffer.from(body, 'latin1')]);
    };
    const fatal = message('E', 'SFATAL\0C57P01\0Mended\0\0');
    const packet = Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I'), fatal]);
    const broken = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(packet));
    });
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const { pool } = await setUp();
    const db = await pool({ port: (broken.address() as AddressInfo).port });
    const results = await Promise.allSettled([db.connect(), db.connect(), db.query('select 1')]);
    expect(results.at(-1)?.status).toBe('rejected');
    for (const result of results)
      if (result.status === 'fulfilled' && result.value && 'release' in result.value) result.value.release();
    await db.end();
    await new Promise((resolve) => broken.close(resolve));
  });

  it('leaves no socket and no listener at the end', async () => {
    const controller = new AbortController();
    await vi.waitFor(() => expect(sockets()).toEqual([]), { timeout: 10_000 }); // of the tests before
    const { pool, rotation, inServer, inStore, secrets } = await setUp({
      signal: controller.signal,
      watchMs: 60_000,
    });
    const db = await pool({ maxUses: 2 });
    const closing = queries(db, 20);
    await inServer('CANARY-2');
    await inStore('CANARY-2');
    await closing;
    await rotation.close();
    await secrets.close();
    await vi.waitFor(() => expect(sockets()).toEqual([]), { timeout: 10_000 });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(db.listenerCount('error')).toBe(1);
  });

  it('keeps the old password while the store has a wrong one, for a second pool too', async () => {
    const { pool, secrets, inStore, kinds } = await setUp();
    const db = await pool({ maxUses: 1 });
    await db.query('select 1');
    await inStore('CANARY-wrong');
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'kept-old']), { timeout: 10_000 });
    expect(await queries(db)).toHaveLength(8);
    const second = await pool({ maxUses: 1 }, { name: 'second' });
    expect(await queries(second)).toHaveLength(8);
  });

  it('rejects with the failure of the server at the deadline, and leaves no connection', async () => {
    const { pool, inServer, connections } = await setUp({ deadlineMs: 300 });
    const db = await pool({ maxUses: 1 });
    await db.query('select 1');
    await inServer('CANARY-2');
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => db.query('select 1')));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    for (const result of results) {
      assert(result.status === 'rejected');
      expect(['28P01', 'timeout']).toContain((result.reason as { code: string }).code);
      expect(inspect(result.reason, { depth: 9 })).not.toContain('CANARY');
    }
    await inServer('CANARY-1');
    expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  });

  it('tries one login at a time after a refusal, also for checkouts that the pool has queued', async () => {
    const { pool, inServer, inStore, rotation } = await setUp();
    const db = await pool({ max: 2, maxUses: 1 });
    await db.query('select 1');
    await inServer('CANARY-2');
    const answers = queries(db, 60);
    await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(3), { timeout: 10_000 });
    await inStore('CANARY-2');
    expect(await answers).toHaveLength(60);
    expect(rotation.health().authFailures).toBeLessThan(20);
  });

  it('answers again after a restart of the server, without a refused login', async () => {
    const { pool, rotation } = await setUp();
    const db = await pool();
    await queries(db);
    await server.restart();
    await vi.waitFor(async () => expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }]), {
      timeout: 10_000,
    });
    expect(rotation.health().authFailures).toBe(0);
  });

  it('ends within closeMs: each call settles, and no connection is left', async () => {
    const { pool, rotation, connections } = await setUp();
    const db = await pool({ max: 2 }, { closeMs: 200 });
    const busy = Array.from({ length: 6 }, () =>
      db.query('select pg_sleep(30)').catch((error: unknown) => error),
    );
    await vi.waitFor(async () => expect(await connections()).toBe(2), { timeout: 10_000 });
    await db.end();
    await Promise.all(busy);
    await expect(db.query('select 1')).rejects.toMatchObject({ code: 'closed' });
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
    expect(rotation.health().clients).toEqual([]);
  });

  it('is ended by the rotation, after the work in flight', async () => {
    const { pool, rotation, connections } = await setUp();
    const db = await pool({ max: 1 });
    const answers = queries(db);
    await rotation.close();
    expect(await answers).toHaveLength(8);
    expect(await connections()).toBe(0);
  });

  it('is a class for libraries that make their pool themselves', async () => {
    const { app, rotation, config, inStore, inServer } = await setUp();
    const Pool = await pgPoolClass(pg, rotation);
    const db = new Pool({ ...config, maxUses: 1 });
    expect((await db.query('select current_user')).rows).toEqual([{ current_user: app }]);
    await inServer('CANARY-2');
    await inStore('CANARY-2');
    expect(await queries(db)).toHaveLength(8);
    await db.end();
    expect(rotation.health().clients).toHaveLength(1); // other pools may follow
  });

  it.each(['connectionString', 'user', 'password'])('refuses a config with %s', async (option) => {
    const { pool } = await setUp();
    await expect(pool({ [option]: 'postgres://CANARY' })).rejects.toThrow(
      new RegExp(`config must not have ${option}`),
    );
  });
});

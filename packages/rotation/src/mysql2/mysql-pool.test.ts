import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { fakeSecrets } from '@secretkit/testing';
import mysql from 'mysql2';
import promises from 'mysql2/promise';
import { afterAll, afterEach, assert, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type MariadbServer, startMariadb } from '../../test/mariadb-server.js';
import { isTested } from '../../test/server-process.js';
import type { PoolOptions } from '../pool-options.js';
import { type RotatingOptions, type Rotation, rotating } from '../rotating.js';
import type { RotationEvent } from '../rotation-event.js';
import { mysqlPool } from './mysql-pool.js';

const schema = z
  .string()
  .transform((text) => JSON.parse(text) as unknown)
  .pipe(z.object({ username: z.string(), password: z.string() }));

type Login = z.infer<typeof schema>;

/** The open sockets of the process. */
const sockets = () => process.getActiveResourcesInfo().filter((each) => each === 'TCPSocketWrap');

describe.skipIf(!isTested('mariadbd', 'mariadb-install-db'))('mysqlPool', () => {
  let server: MariadbServer;
  const rotations: Rotation<Login>[] = [];

  beforeAll(async () => {
    server = await startMariadb();
  }, 120_000);
  afterEach(async () => {
    await Promise.all(rotations.splice(0).map((each) => each.close()));
  });
  afterAll(() => server.stop());

  let users = 0;

  async function setUp(options: RotatingOptions<Login> = {}) {
    users += 1;
    const app = `app_${users}`;
    const addUser = (name: string, password: string) =>
      server
        .sql(`create user '${name}'@'%' identified by '${password}'`)
        .then(() => server.sql(`grant all on test.* to '${name}'@'%'`));
    await addUser(app, 'CANARY-1');
    const valueOf = (username: string, password: string) => JSON.stringify({ username, password });
    const fake = fakeSecrets({ initial: { db: valueOf(app, 'CANARY-1') } });
    const secrets = createSecrets(cache()(fake.provider));
    const events: RotationEvent[] = [];
    const rotation = rotating(secrets, 'db', { schema, onEvent: (event) => events.push(event), ...options });
    rotations.push(rotation);
    const { host, port, database } = server;
    const config = { host, port, database, connectionLimit: 4 };
    return {
      app,
      secrets,
      rotation,
      config,
      addUser,
      kinds: () => events.map(({ kind }) => kind),
      pool: (more: mysql.PoolOptions = {}, poolOptions: PoolOptions<Login> = {}) =>
        mysqlPool(promises, rotation, { ...config, ...more }, poolOptions),
      inStore: (password: string, username = app) => fake.put('db', valueOf(username, password)),
      inServer: (password: string) => server.sql(`alter user '${app}'@'%' identified by '${password}'`),
      connections: async () =>
        (await server.sql(`select id from information_schema.processlist where user = '${app}'`)).length,
    };
  }

  const currentUser = 'select substring_index(current_user(), "@", 1) as name';

  const nameFrom = async (pool: Pick<promises.Pool, 'query'>) => {
    const [rows] = await pool.query<mysql.RowDataPacket[]>(currentUser);
    return rows[0]?.['name'] as unknown;
  };

  /** Runs queries at the same time. Each uses a connection that is closed afterwards, so the next one logs in. */
  const logins = (pool: promises.Pool, count = 8) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const connection = await pool.getConnection();
        const name = await nameFrom(connection);
        connection.destroy();
        return name;
      }),
    );

  it('answers queries and statements of a pool with promises', async () => {
    const { app, pool } = await setUp();
    const db = await pool();
    expect(await nameFrom(db)).toBe(app);
    const [rows] = await db.execute('select ? as one', ['1']);
    expect(rows).toMatchObject([{ one: '1' }]);
    await expect(db.query('select nothing')).rejects.toMatchObject({ code: 'ER_BAD_FIELD_ERROR' });
    expect(inspect(db, { depth: 9, showHidden: true })).not.toContain('CANARY-1');
  });

  it('answers queries of a pool with callbacks, and is an instance of its class', async () => {
    const { app, config, rotation, inServer, inStore } = await setUp();
    const db = await mysqlPool(mysql, rotation, config);
    expect(db).toBeInstanceOf((mysql as unknown as { Pool: new () => unknown }).Pool);
    const answer = () =>
      new Promise((resolve, reject) => {
        db.getConnection((failure, connection) => {
          if (failure) {
            reject(failure);
            return;
          }
          connection.query<mysql.RowDataPacket[]>(currentUser, (error, rows) => {
            connection.destroy();
            if (error) reject(error);
            else resolve(rows[0]?.['name']);
          });
        });
      });
    expect(await answer()).toBe(app);
    await inServer('CANARY-2');
    await inStore('CANARY-2');
    expect(await answer()).toBe(app);
    expect(await nameFrom(db.promise())).toBe(app);
    await new Promise<void>((resolve) => db.end(() => resolve()));
    expect(rotation.health().clients).toEqual([]);
  });

  it.each(['server', 'store'])('answers every query when the %s is rotated first', async (first) => {
    const { pool, inStore, inServer, rotation } = await setUp();
    const db = await pool();
    await logins(db);
    await (first === 'server' ? inServer('CANARY-2') : inStore('CANARY-2'));
    const answers = logins(db);
    const waiting = vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), {
      timeout: 10_000,
    });
    if (first === 'server') await waiting;
    await (first === 'server' ? inStore('CANARY-2') : inServer('CANARY-2'));
    expect(await answers).toHaveLength(8);
    expect(await logins(db)).toHaveLength(8);
    await vi.waitFor(() => expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 }), {
      timeout: 10_000,
    });
  });

  it('takes user and password together, and closes the connections of the old user', async () => {
    const { app, pool, secrets, addUser, inStore, kinds, connections } = await setUp();
    const db = await pool();
    await Promise.all(Array.from({ length: 4 }, () => db.query('do sleep(0.05)')));
    expect(await connections()).toBe(4);
    await addUser(`${app}_clone`, 'CANARY-2');
    await inStore('CANARY-2', `${app}_clone`);
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped', 'drained']), { timeout: 10_000 });
    expect(await nameFrom(db)).toBe(`${app}_clone`);
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  });

  it('lets a transaction of the old user end, and reports it until then', async () => {
    const { app, pool, secrets, addUser, inStore, rotation, kinds, connections } = await setUp();
    const db = await pool();
    const connection = await db.getConnection();
    await connection.beginTransaction();
    await addUser(`${app}_clone`, 'CANARY-2');
    await inStore('CANARY-2', `${app}_clone`);
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped']), { timeout: 10_000 });
    expect(rotation.health()).toMatchObject({ clients: [{ ended: [{ generation: 1, inUse: 1 }] }] });
    await server.sql(`drop user '${app}'@'%'`); // sessions survive it
    await connection.query('select 1');
    await connection.commit();
    connection.release();
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
    await vi.waitFor(() => expect(kinds().at(-1)).toBe('drained'), { timeout: 10_000 });
    expect(rotation.health().degraded).toBe(false);
  });

  it('needs no retry while the server accepts both passwords', async () => {
    const { app, pool, inStore, secrets, rotation } = await setUp();
    const db = await pool();
    await logins(db);
    const accepts = (password: string) => `mysql_native_password using password('${password}')`;
    await server.sql(
      `alter user '${app}'@'%' identified via ${accepts('CANARY-1')} or ${accepts('CANARY-2')}`,
    );
    expect(await logins(db)).toHaveLength(8);
    await inStore('CANARY-2');
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 }), {
      timeout: 10_000,
    });
    expect(await logins(db)).toHaveLength(8);
    expect(rotation.health().authFailures).toBe(0);
  });

  it('keeps the old password while the store has a wrong one', async () => {
    const { pool, secrets, inStore, kinds } = await setUp();
    const db = await pool();
    await logins(db, 1);
    await inStore('CANARY-wrong');
    await secrets.get('db', { fresh: true });
    await vi.waitFor(() => expect(kinds()).toEqual(['rotating', 'kept-old']), { timeout: 10_000 });
    expect(await logins(db)).toHaveLength(8);
  });

  it('rejects with the failure of the server at the deadline, and leaves no connection', async () => {
    const { pool, inServer, connections } = await setUp({ deadlineMs: 300 });
    const db = await pool();
    await logins(db, 1);
    await inServer('CANARY-2');
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => db.query('select 1')));
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    for (const result of results) {
      assert(result.status === 'rejected');
      expect(['ER_ACCESS_DENIED_ERROR', 'timeout']).toContain((result.reason as { code: string }).code);
      expect(inspect(result.reason, { depth: 9 })).not.toContain('CANARY');
    }
    await inServer('CANARY-1');
    expect(await logins(db, 1)).toHaveLength(1);
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  });

  it('does not repeat a login for a database that the user may not use, which is 1044', async () => {
    const { pool, rotation } = await setUp();
    const db = await pool({ database: 'mysql' });
    await expect(db.query('select 1')).rejects.toMatchObject({ errno: 1044 });
    expect(rotation.health().authFailures).toBe(0);
  });

  it('repeats a login that an authentication plugin refuses, which is 1698', async () => {
    const { app, config, pool, inServer, inStore, rotation } = await setUp();
    const db = await pool();
    await logins(db, 1);
    await server.sql(`alter user '${app}'@'%' identified via unix_socket`);
    const login = promises.createConnection({ ...config, user: app, password: 'CANARY-1' });
    await expect(login).rejects.toMatchObject({ errno: 1698 });
    const answers = logins(db);
    await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), { timeout: 10_000 });
    await inServer('CANARY-2');
    await inStore('CANARY-2');
    expect(await answers).toHaveLength(8);
  });

  it('keeps sessions of an account that is locked, and repeats its logins, which are refused with 4151', async () => {
    const { app, config, pool, rotation } = await setUp();
    const db = await pool();
    const session = await db.getConnection();
    await session.beginTransaction();
    await server.sql(`alter user '${app}'@'%' account lock`);
    const login = promises.createConnection({ ...config, user: app, password: 'CANARY-1' });
    await expect(login).rejects.toMatchObject({ errno: 4151 });
    expect(await nameFrom(session)).toBe(app);
    await session.commit();
    session.release();
    expect(await nameFrom(db)).toBe(app); // an idle connection is still given out
    expect(rotation.health().authFailures).toBe(0);
    const answers = logins(db);
    await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0), { timeout: 10_000 });
    await server.sql(`alter user '${app}'@'%' account unlock`);
    expect(await answers).toHaveLength(8);
  });

  it.each(['account lock', 'drop user'])(
    'takes the new user from the store at the first login after %s of the old one',
    async (end) => {
      const { app, pool, addUser, inStore, rotation } = await setUp();
      const db = await pool();
      const session = await db.getConnection();
      await addUser(`${app}_clone`, 'CANARY-2');
      await inStore('CANARY-2', `${app}_clone`); // the rotation has not read it
      await server.sql(
        end === 'drop user' ? `drop user '${app}'@'%'` : `alter user '${app}'@'%' account lock`,
      );
      expect(await nameFrom(session)).toBe(app); // sessions survive it
      expect(new Set(await logins(db))).toEqual(new Set([`${app}_clone`]));
      expect(rotation.health().authFailures).toBeGreaterThan(0);
      session.release();
      await vi.waitFor(() => expect(rotation.health()).toMatchObject({ degraded: false }), {
        timeout: 10_000,
      });
      expect(await nameFrom(db)).toBe(`${app}_clone`);
    },
  );

  it('tries one login at a time after a refusal, also for checkouts that the pool has queued', async () => {
    const { pool, inServer, inStore, rotation } = await setUp();
    const db = await pool({ connectionLimit: 2 });
    await logins(db, 1);
    await inServer('CANARY-2');
    const answers = logins(db, 60);
    await vi.waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(3), { timeout: 10_000 });
    await inStore('CANARY-2');
    expect(await answers).toHaveLength(60);
    expect(rotation.health().authFailures).toBeLessThan(20);
  });

  it('keeps the credential of the pool when a connection changes its user', async () => {
    const { app, pool, addUser } = await setUp();
    const db = await pool();
    await addUser(`${app}_other`, 'CANARY-other');
    const connection = await db.getConnection();
    await connection.changeUser({ user: `${app}_other`, password: 'CANARY-other', database: 'test' });
    expect(await nameFrom(connection)).toBe(`${app}_other`);
    await expect(connection.changeUser({ user: 'nobody', password: 'CANARY' })).rejects.toThrow();
    connection.destroy();
    expect(await logins(db)).toEqual(Array.from({ length: 8 }, () => app));
  });

  it('answers again after a restart of the server, without a refused login', async () => {
    const { pool, rotation } = await setUp();
    const db = await pool();
    await Promise.all(Array.from({ length: 4 }, () => db.query('do sleep(0.05)')));
    await server.restart();
    await vi.waitFor(async () => expect(await logins(db, 1)).toHaveLength(1), { timeout: 10_000 });
    expect(rotation.health().authFailures).toBe(0);
  });

  it('ends within closeMs: each call settles, and no connection is left', async () => {
    const { pool, rotation, connections } = await setUp();
    const db = await pool({ connectionLimit: 2 }, { closeMs: 200 });
    const busy = Array.from({ length: 6 }, () =>
      db.query('select sleep(2)').catch((error: unknown) => error),
    );
    await vi.waitFor(async () => expect(await connections()).toBe(2), { timeout: 10_000 });
    await db.end();
    await Promise.all(busy);
    await expect(db.query('select 1')).rejects.toMatchObject({ code: 'closed' });
    await vi.waitFor(async () => expect(await connections()).toBe(0), 10_000); // the server ends sleep first
    expect(rotation.health().clients).toEqual([]);
  });

  it('is ended by the rotation, after the work in flight', async () => {
    const { pool, rotation, connections } = await setUp();
    const db = await pool({ connectionLimit: 1 });
    const answers = Promise.all(Array.from({ length: 8 }, () => nameFrom(db)));
    await rotation.close();
    expect(await answers).toHaveLength(8);
    await vi.waitFor(async () => expect(await connections()).toBe(0), { timeout: 10_000 });
  });

  it('leaves no socket and no listener at the end', async () => {
    await vi.waitFor(() => expect(sockets()).toEqual([]), { timeout: 10_000 }); // of the tests before
    const controller = new AbortController();
    const { pool, rotation, inServer, inStore, secrets } = await setUp({
      signal: controller.signal,
      watchMs: 60_000,
    });
    const db = await pool({ maxIdle: 1 });
    const answers = logins(db, 20);
    await inServer('CANARY-2');
    await inStore('CANARY-2');
    await answers;
    await Promise.all([nameFrom(db), nameFrom(db)]);
    await rotation.close();
    await secrets.close();
    await vi.waitFor(() => expect(sockets()).toEqual([]), { timeout: 10_000 });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it.each(['uri', 'user', 'password'])('refuses a config with %s', async (option) => {
    const { pool } = await setUp();
    await expect(pool({ [option]: 'CANARY' })).rejects.toThrow(new RegExp(`config must not have ${option}`));
  });

  it('refuses a field of the credential that cannot follow', async () => {
    const { pool } = await setUp();
    const db = await pool({}, { connection: () => ({ ssl: 'CANARY' }) });
    await expect(db.query('select 1')).rejects.toThrow(/unknown option "ssl"/);
  });
});

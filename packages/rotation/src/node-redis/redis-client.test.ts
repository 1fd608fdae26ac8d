import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createClient, createClientPool, createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../test/redis-server.js';
import { type Login, redisSite } from '../../test/redis-site.js';
import { isTested } from '../../test/server-process.js';
import { waitFor } from '../../test/wait-for.js';
import type { RotatingOptions, Rotation } from '../rotating.js';
import type { RedisCredentialsProvider } from './node-redis-types.js';
import { redisClient } from './redis-client.js';

describe.skipIf(!isTested('redis-server'))('redisClient', () => {
  /** In this one, a connection without a login may do everything: Redis has it so without a configuration. */
  let openServer: RedisServer;
  /** In this one, it may do nothing. */
  let closedServer: RedisServer;
  const rotations: Rotation<Login>[] = [];

  beforeAll(async () => {
    [openServer, closedServer] = await Promise.all([startRedis(), startRedis([], 'off')]);
  });
  afterEach(async () => {
    await Promise.all(rotations.splice(0).map((each) => each.close()));
  });
  afterAll(() => Promise.all([openServer.stop(), closedServer.stop()]));

  async function setUp(server = openServer, options: RotatingOptions<Login> = {}) {
    const site = await redisSite(server, options);
    rotations.push(site.rotation);
    const socket = { host: '127.0.0.1', port: server.port, reconnectStrategy: 20 };
    const make = (credentialsProvider: RedisCredentialsProvider) =>
      createClient({ socket, credentialsProvider });
    return { ...site, socket, make };
  }

  type Queueing = Pick<ReturnType<typeof createClient>, 'isReady' | 'sendCommand'>;

  /** Ends the connection, sends commands until it is there again, and returns the users that they ran as, and failures. */
  async function usersOfQueued(client: Queueing, end: () => Promise<void>, repair: () => Promise<unknown>) {
    await end();
    await waitFor(() => expect(client.isReady).toBe(false), 1);
    const queued = Array.from({ length: 20 }, () =>
      client.sendCommand(['ACL', 'WHOAMI']).catch((error: unknown) => String(error)),
    );
    await repair();
    return new Set(await Promise.all(queued));
  }

  it('runs no queued command as default: the credential is verified before it is handed out', async () => {
    const { app, rotation, make, inServer, inStore } = await setUp();
    const client = await redisClient(rotation, make);
    await client.connect();
    await inServer('CANARY-2');
    const users = await usersOfQueued(
      client,
      () => openServer.kill(app),
      async () => {
        await waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0));
        await inStore('CANARY-2');
      },
    );
    expect(users).toEqual(new Set([app]));
  });

  it('differs in this from node-redis 6.3, which sends queued commands behind a login that is refused', async () => {
    const { app, socket, inServer } = await setUp();
    const client = createClient({ socket, username: app, password: 'CANARY-1' });
    client.on('error', () => undefined);
    await client.connect();
    await inServer('CANARY-2');
    const users = await usersOfQueued(
      client,
      () => openServer.kill(app),
      async () => undefined,
    );
    client.destroy();
    expect(users).toContain('default');
  });

  it('leaves a window between the verification and the login, in which a default user that is off runs nothing', async () => {
    const { app, rotation, make, inServer, inStore } = await setUp(closedServer);
    let beforeLogin = async (): Promise<unknown> => undefined;
    const client = await redisClient(rotation, (provider) => {
      const { subscribe } = provider;
      provider.subscribe = async (listener) => {
        const answer = await subscribe(listener);
        await beforeLogin();
        return answer;
      };
      return make(provider);
    });
    await client.connect();
    beforeLogin = async () => {
      beforeLogin = async () => undefined;
      await inServer('CANARY-2');
    };
    const users = await usersOfQueued(
      client,
      () => closedServer.kill(app),
      async () => undefined,
    );
    expect([...users].join()).toMatch(/NOAUTH/);
    expect(users).not.toContain('default');
    await inStore('CANARY-2');
    await waitFor(async () => expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(app));
  });

  it('logs in only by the newest of two connections, if one ended while its login waited', async () => {
    const { app, rotation, make, inServer, inStore } = await setUp();
    const client = await redisClient(rotation, make);
    await client.connect();
    await inServer('CANARY-2');
    await openServer.kill(app);
    await waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0));
    await openServer.kill('default'); // the connection that waits
    await inStore('CANARY-2');
    await waitFor(async () => expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(app));
    await waitFor(async () => expect(await openServer.connections(app)).toHaveLength(1));
    expect(rotation.health()).toMatchObject({ degraded: false, clients: [{ ended: [] }] });
  });

  it('follows after reset()', async () => {
    const { rotation, make, clone, create, inStore, notice, kinds } = await setUp();
    const client = await redisClient(rotation, make);
    await client.connect();
    await client.reset();
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(clone);
  });

  it('keeps the old login if AUTH became a part of a raw MULTI, and logs in after it', async () => {
    const { app, rotation, make, clone, create, inStore, notice, kinds } = await setUp();
    const client = await redisClient(rotation, make);
    await client.connect();
    await client.sendCommand(['MULTI']);
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('swapped'));
    await client.sendCommand(['DISCARD']);
    expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(app);
    expect(rotation.health().degraded).toBe(true);
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(await client.sendCommand(['ACL', 'WHOAMI'])).toBe(clone);
  });

  it('reports the old credential until a client that is closed has ended its commands', async () => {
    const { app, rotation, make, clone, create, inStore, notice, kinds } = await setUp();
    const client = await redisClient(rotation, make);
    await client.connect();
    const blocked = client.sendCommand(['BLPOP', `${app}:list`, '30']);
    const closed = client.close();
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('swapped'));
    await waitFor(() => expect(rotation.health().clients[0]?.ended).toMatchObject([{ inUse: 1 }]));
    await openServer.command('RPUSH', `${app}:list`, 'item');
    expect(await blocked).toEqual([`${app}:list`, 'item']);
    await closed;
    expect(rotation.health().clients).toEqual([]);
  });

  it('rejects `connect` after `close`, instead of connecting again and again', async () => {
    const { rotation, make } = await setUp();
    const client = await redisClient(rotation, make);
    await client.connect();
    await client.close();
    await expect(client.connect()).rejects.toMatchObject({ code: 'closed' });
    expect(rotation.health().clients).toEqual([]);
  });

  it('rejects `connect` when the rotation is closed while the login waits', async () => {
    const { rotation, make, inServer } = await setUp();
    await inServer('CANARY-2');
    const client = await redisClient(rotation, make);
    const connecting = client.connect();
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'closed' });
    await waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0));
    await rotation.close();
    await outcome;
  });

  it('rejects `connect` when the rotation is closed while the server does not answer a login', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { rotation } = await setUp();
    const socket = { host: '127.0.0.1', port: (silent.address() as AddressInfo).port };
    const client = await redisClient(rotation, (credentialsProvider) =>
      createClient({ socket, credentialsProvider }),
    );
    const outcome = expect(client.connect()).rejects.toMatchObject({ code: 'closed' });
    await waitFor(() => expect(sockets).toHaveLength(2)); // that of the client, and the probe of its login
    await rotation.close();
    await outcome;
    for (const each of sockets) each.destroy();
    silent.close();
  });

  it.each<[string, (provider: RedisCredentialsProvider) => object]>([
    ['a pool', (credentialsProvider) => createClientPool({ credentialsProvider })],
    [
      'a cluster',
      (credentialsProvider) => createCluster({ rootNodes: [], defaults: { credentialsProvider } }),
    ],
    ['a client without the provider', () => createClient()],
    [
      'a client with another password',
      (credentialsProvider) => createClient({ url: 'redis://app:CANARY-url@127.0.0.1', credentialsProvider }),
    ],
  ])('refuses %s', async (_, make) => {
    const { rotation } = await setUp();
    const refused = redisClient(rotation, make);
    await expect(refused).rejects.toThrow(/^redisClient: make must/);
    await expect(refused).rejects.not.toThrow(/CANARY/);
    expect(rotation.health().clients).toEqual([]);
  });

  it('lets a pool follow by attach', async () => {
    const { app, rotation, socket, clone, create, inStore, notice, kinds } = await setUp();
    const pool = await rotation.attach(
      async ({ username, password }) => {
        const made = createClientPool({
          socket: { ...socket, reconnectStrategy: false },
          username,
          password,
        });
        made.on('error', () => undefined);
        await made.connect();
        return made;
      },
      { verify: (made) => made.ping(), close: (made) => made.close() },
    );
    const whoAmI = () => pool.use((made) => made.sendCommand(['ACL', 'WHOAMI']));
    expect(await whoAmI()).toBe(app);
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped', 'drained']));
    expect(await whoAmI()).toBe(clone);
    await waitFor(async () => expect(await openServer.connections(app)).toEqual([]));
  });
});

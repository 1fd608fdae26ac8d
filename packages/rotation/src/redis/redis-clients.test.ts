import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../test/redis-server.js';
import { type Login, redisSite } from '../../test/redis-site.js';
import { isTested } from '../../test/server-process.js';
import { waitFor } from '../../test/wait-for.js';
import { ioredisClient } from '../ioredis/index.js';
import { redisClient } from '../node-redis/index.js';
import type { RotatingOptions, Rotation } from '../rotating.js';
import type { RedisOptions } from './redis-login.js';

/** What both clients can do. */
interface Client {
  readonly raw: object;
  send(...args: readonly [string, ...string[]]): Promise<unknown>;
  /** Sends the commands in a transaction, and returns their results. */
  multi(...commands: readonly (readonly [string, ...string[]])[]): Promise<readonly unknown[]>;
  subscribe(channel: string): Promise<unknown>;
  duplicate(): Promise<Client>;
  close(): Promise<unknown>;
}

type Open = (
  rotation: Rotation<Login>,
  port: number,
  options?: RedisOptions<Login> & { readonly protocol?: 2 | 3 },
) => Promise<Client>;

const openNodeRedis: Open = async (rotation, port, { protocol = 3, ...options } = {}) => {
  const wrap = (client: ReturnType<typeof make>): Client => ({
    raw: client,
    send: (...args) => client.sendCommand(args),
    multi: (...commands) => commands.reduce((all, args) => all.addCommand([...args]), client.multi()).exec(),
    subscribe: (channel) => client.subscribe(channel, () => undefined),
    duplicate: async () => wrap(await client.duplicate().connect()),
    close: () => client.close(),
  });
  const make = (credentialsProvider: Parameters<Parameters<typeof redisClient>[1]>[0]) =>
    createClient({
      RESP: protocol,
      socket: { host: '127.0.0.1', port, reconnectStrategy: 20 },
      credentialsProvider,
    });
  const client = await redisClient(rotation, make, options);
  await client.connect();
  return wrap(client);
};

const openIoredis: Open = async (rotation, port, { protocol = 3, ...options } = {}) => {
  const wrap = (redis: Redis): Client => ({
    raw: redis,
    send: (name, ...args) => redis.call(name, ...args),
    multi: async (...commands) =>
      (
        (await redis.multi(commands.map(([name, ...args]) => [name.toLowerCase(), ...args])).exec()) ?? []
      ).map(([, result]) => result),
    subscribe: (channel) => redis.subscribe(channel),
    duplicate: async () => wrap(redis.duplicate()),
    close: () => redis.quit(),
  });
  const retryStrategy = () => 20;
  return wrap(
    await ioredisClient(
      rotation,
      (login) => new Redis({ host: '127.0.0.1', port, protocol, retryStrategy, ...login }),
      options,
    ),
  );
};

describe.skipIf(!isTested('redis-server')).each([
  ['redisClient', openNodeRedis],
  ['ioredisClient', openIoredis],
])('%s', (_, open) => {
  let server: RedisServer;
  const rotations: Rotation<Login>[] = [];

  beforeAll(async () => {
    server = await startRedis();
  });
  afterEach(async () => {
    await Promise.all(rotations.splice(0).map((each) => each.close()));
  });
  afterAll(() => server.stop());

  async function setUp(options: RotatingOptions<Login> = {}) {
    const site = await redisSite(server, options);
    rotations.push(site.rotation);
    return {
      ...site,
      open: (more?: Parameters<Open>[2]) => open(site.rotation, server.port, more),
      connections: (username = site.app) => server.connections(username),
    };
  }

  const whoAmI = (client: Client) => client.send('ACL', 'WHOAMI');

  it('connects with user and password, and keeps them out of its errors', async () => {
    const { open: openClient, app, connections } = await setUp();
    const client = await openClient();
    expect(await whoAmI(client)).toBe(app);
    const refused = await client.send('NOTHING').catch((error: unknown) => error);
    expect(inspect(refused, { depth: 9 })).not.toContain('CANARY-1');
    await client.close();
    await waitFor(async () => expect(await connections()).toEqual([]));
  });

  it('logs in again as the new user without a new connection, and then nothing uses the old one', async () => {
    const { open: openClient, clone, create, inStore, notice, kinds, rotation, connections } = await setUp();
    const client = await openClient();
    await whoAmI(client);
    await waitFor(async () => expect(await connections()).toHaveLength(1)); // that of the verification has ended
    const before = await connections();
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toEqual(['rotating', 'swapped', 'drained']));
    expect(await whoAmI(client)).toBe(clone);
    expect(await connections(clone)).toEqual(before);
    await server.command('ACL', 'DELUSER', clone.replace('_clone', ''));
    expect(await client.send('PING')).toBe('PONG');
    expect(rotation.health()).toMatchObject({ degraded: false, authFailures: 0 });
  });

  it('lets a blocking command end, and reports the old credential until then', async () => {
    const { app, open: openClient, clone, create, inStore, notice, kinds, rotation } = await setUp();
    const client = await openClient();
    await whoAmI(client);
    const blocked = client.send('BLPOP', `${app}:list`, '30');
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('swapped'));
    await waitFor(() =>
      expect(rotation.health()).toMatchObject({ degraded: true, clients: [{ ended: [{ inUse: 1 }] }] }),
    );
    expect(kinds()).not.toContain('drained');
    await server.command('RPUSH', `${app}:list`, 'item');
    expect(await blocked).toEqual([`${app}:list`, 'item']);
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(await whoAmI(client)).toBe(clone);
    expect(rotation.health().degraded).toBe(false);
  });

  it('reports the end of a connection whose user was deleted before its drain', async () => {
    const { app, open: openClient, clone, create, inStore, notice, events, kinds, rotation } = await setUp();
    const client = await openClient();
    await whoAmI(client);
    const blocked = client.send('BLPOP', `${app}:list`, '30').catch(() => undefined); // ioredis sends it again
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('swapped'));
    await server.command('ACL', 'DELUSER', app);
    await waitFor(() =>
      expect(events).toContainEqual(expect.objectContaining({ kind: 'ended', generation: 1 })),
    );
    await server.command('RPUSH', `${app}:list`, 'item');
    await blocked;
    expect(await whoAmI(client)).toBe(clone);
    expect(rotation.health().degraded).toBe(false);
    await client.close();
    expect(kinds().filter((kind) => kind === 'ended')).toHaveLength(1);
  });

  it('keeps the session of a user that is turned off, and logs in as the new user after its connection has ended', async () => {
    const { app, open: openClient, clone, create, inStore, rotation, connections } = await setUp();
    const client = await openClient();
    await whoAmI(client);
    await server.command('ACL', 'SETUSER', app, 'off');
    expect(await client.send('PING')).toBe('PONG'); // sessions survive it
    await waitFor(async () => expect(await connections()).toHaveLength(1)); // the server has ended that of the login's check
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone); // the rotation has not read it
    await server.kill(app);
    await waitFor(async () => expect(await whoAmI(client)).toBe(clone));
    expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 });
    expect(await connections()).toEqual([]);
  });

  it.each(['drainMs', 'closeMs'])('refuses a wrong %s', async (option) => {
    const { open: openClient } = await setUp();
    await expect(openClient({ [option]: -1 })).rejects.toThrow(option);
  });

  it.each(['server', 'store'])(
    'answers commands after killed connections when the %s is rotated first',
    async (first) => {
      const { app, open: openClient, inStore, inServer, rotation } = await setUp();
      const client = await openClient();
      await whoAmI(client);
      await (first === 'server' ? inServer('CANARY-2') : inStore('CANARY-2'));
      await server.kill(app);
      // While the server has changed the password, and no login was refused yet, node-redis may answer as `default`.
      const answers = waitFor(async () => expect(await whoAmI(client)).toBe(app));
      if (first === 'server') {
        await waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0));
        await inStore('CANARY-2');
      } else {
        await inServer('CANARY-2');
        await server.kill(app); // a session that has begun in between survives the change
      }
      await answers;
      await waitFor(() => expect(rotation.health()).toMatchObject({ degraded: false, generation: 2 }));
      await waitFor(async () => expect(await whoAmI(client)).toBe(app));
    },
  );

  it('keeps the old credential while the new one is wrong', async () => {
    const { app, open: openClient, inStore, inServer, notice, kinds } = await setUp();
    const client = await openClient();
    await whoAmI(client);
    await inStore('CANARY-wrong');
    await notice();
    await waitFor(() => expect(kinds()).toEqual(['rotating', 'kept-old']));
    expect(await whoAmI(client)).toBe(app);
    await inServer('CANARY-3');
    await inStore('CANARY-3');
    await notice();
    await waitFor(() => expect(kinds().slice(-2)).toEqual(['swapped', 'drained']));
  });

  it('adds no result to a transaction that is sent during a rotation', async () => {
    const { app, open: openClient, clone, create, inStore, notice, kinds } = await setUp();
    const client = await openClient();
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    const noticed = notice();
    while (!kinds().includes('drained')) {
      expect(await client.multi(['SET', app, '1'], ['INCR', app])).toEqual(['OK', 2]);
    }
    await noticed;
  });

  it('executes a transaction that has watched a key as the user before', async () => {
    const { app, open: openClient, clone, create, inStore, notice, kinds } = await setUp();
    const client = await openClient();
    await client.send('WATCH', app);
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(await client.multi(['SET', app, '1'])).toEqual(['OK']);
  });

  it('logs a subscriber in again by RESP3, and reports one of RESP2', async () => {
    const { open: openClient, clone, create, inStore, notice, rotation, connections } = await setUp();
    const [three, two] = await Promise.all([
      openClient({ name: 'three' }),
      openClient({ name: 'two', protocol: 2 }),
    ]);
    await Promise.all([three.subscribe('news'), two.subscribe('news')]);
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(async () => expect(await connections(clone)).toHaveLength(1));
    expect(await connections()).toHaveLength(1);
    await waitFor(() =>
      expect(
        Object.fromEntries(rotation.health().clients.map(({ client, ended }) => [client, ended.length])),
      ).toEqual({ three: 0, two: 1 }),
    );
  });

  it('lets its duplicates follow', async () => {
    const { app, open: openClient, clone, create, inStore, notice, kinds, connections } = await setUp();
    const client = await openClient();
    const copy = await client.duplicate();
    expect(await Promise.all([whoAmI(client), whoAmI(copy)])).toEqual([app, app]);
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(await Promise.all([whoAmI(client), whoAmI(copy)])).toEqual([clone, clone]);
    await client.close();
    await server.kill(clone);
    await waitFor(async () => expect(await whoAmI(copy)).toBe(clone));
    await copy.close();
    await waitFor(async () => expect(await connections(clone)).toEqual([]));
  });

  it('answers again after a restart of the server, without a refused login', async () => {
    const { app, open: openClient, rotation } = await setUp();
    const client = await openClient();
    await whoAmI(client);
    await server.restart();
    await waitFor(async () => expect(await whoAmI(client)).toBe(app));
    expect(rotation.health().authFailures).toBe(0);
  });

  it('ends the wait for a login after deadlineMs by the failure of the server', async () => {
    const { app, open: openClient, inServer, rotation } = await setUp({ deadlineMs: 100 });
    const client = await openClient();
    await whoAmI(client);
    await inServer('CANARY-2');
    await server.kill(app);
    await waitFor(() => expect(rotation.health()).toMatchObject({ degraded: true }));
    await inServer('CANARY-1');
    await waitFor(async () => expect(await whoAmI(client)).toBe(app));
  });

  it('leaves nothing after many reconnections', async () => {
    const { app, open: openClient, clone, create, inStore, notice, kinds, rotation } = await setUp();
    const client = await openClient();
    for (let round = 0; round < 5; round += 1) {
      await whoAmI(client);
      await server.kill(app);
      await waitFor(async () => expect(await whoAmI(client)).toBe(app));
    }
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    const stats = async () =>
      /cmdstat_auth:calls=(\d+)/.exec(String(await server.command('INFO', 'commandstats')));
    const before = Number((await stats())?.[1] ?? 0);
    await notice();
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(Number((await stats())?.[1])).toBe(before + 1); // one for the connection that is open
    expect(rotation.health().clients).toMatchObject([{ ended: [] }]);
  });

  it('is ended by the rotation within closeMs, and leaves no connection', async () => {
    const { app, open: openClient, rotation, connections } = await setUp();
    const client = await openClient({ closeMs: 200 });
    await whoAmI(client);
    const blocked = client.send('BLPOP', `${app}:none`, '30').catch((error: unknown) => error);
    await rotation.close();
    expect(await blocked).toBeInstanceOf(Error);
    await expect(whoAmI(client)).rejects.toThrow();
    await waitFor(async () => expect(await connections()).toEqual([]));
    expect(rotation.health().clients).toEqual([]);
  });

  it('refuses a credential without a password, before it connects', async () => {
    const { open: openClient } = await setUp();
    const connection = () => ({ username: 'app' }) as never;
    await expect(openClient({ connection, closeMs: 100 })).rejects.toThrow(
      /must have a password, got undefined/,
    );
  });
});

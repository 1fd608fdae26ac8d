import { inspect } from 'node:util';
import { Cluster, Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RedisServer, startRedis } from '../../test/redis-server.js';
import { type Login, redisSite } from '../../test/redis-site.js';
import { isTested } from '../../test/server-process.js';
import { waitFor } from '../../test/wait-for.js';
import type { RedisLogin } from '../redis/redis-login.js';
import type { RotatingOptions, Rotation } from '../rotating.js';
import { ioredisClient } from './ioredis-client.js';

/** A part of the client that is not in its types. */
interface Connector {
  connect(emit: unknown): Promise<unknown>;
}

describe.skipIf(!isTested('redis-server'))('ioredisClient', () => {
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
    const { port } = server;
    const retryStrategy = () => 20;
    const make = (login: RedisLogin) => new Redis({ host: '127.0.0.1', port, retryStrategy, ...login });
    return { ...site, port, retryStrategy, make };
  }

  it('keeps queued commands when the login is refused after the verification', async () => {
    const { app, rotation, retryStrategy, port, inServer, inStore } = await setUp();
    let beforeLogin = async (): Promise<unknown> => undefined;
    const redis = await ioredisClient(rotation, (login) => {
      const made = new Redis({ host: '127.0.0.1', port, retryStrategy, lazyConnect: true, ...login });
      const { connector } = made as unknown as { connector: Connector };
      const connect = connector.connect.bind(connector);
      connector.connect = async (emit) => {
        await beforeLogin();
        return connect(emit);
      };
      return made;
    });
    await redis.connect();
    beforeLogin = async () => {
      beforeLogin = async () => undefined;
      await inServer('CANARY-2');
    };
    await server.kill(app);
    await waitFor(() => expect(redis.status).not.toBe('ready'), 1);
    const queued = Array.from({ length: 20 }, () => redis.call('ACL', 'WHOAMI'));
    await waitFor(() => expect(rotation.health()).toMatchObject({ degraded: true }), 1);
    await inStore('CANARY-2');
    expect(new Set(await Promise.all(queued))).toEqual(new Set([app]));
  });

  it('keeps queued commands when its first login is refused', async () => {
    const { app, rotation, make, inServer, inStore } = await setUp();
    await inServer('CANARY-2');
    const redis = await ioredisClient(rotation, make);
    const answer = redis.call('ACL', 'WHOAMI');
    await waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0));
    await inStore('CANARY-2');
    expect(await answer).toBe(app);
  });

  it('rejects queued commands after deadlineMs by the failure of the server, and recovers', async () => {
    const { app, rotation, make, inServer } = await setUp({ deadlineMs: 50 });
    const redis = await ioredisClient(rotation, make);
    const errors: unknown[] = [];
    redis.on('error', (error) => errors.push(error));
    await redis.ping();
    await inServer('CANARY-2');
    await server.kill(app);
    await waitFor(() => expect(redis.status).not.toBe('ready'), 1);
    const refused: unknown = await redis.ping().catch((error: unknown) => error);
    expect(String(refused)).toMatch(/WRONGPASS/);
    expect(inspect([refused, ...errors], { depth: 9 })).not.toContain('CANARY'); // ioredis shows the command with its arguments
    expect(errors.length).toBeGreaterThan(0);
    await inServer('CANARY-1');
    await waitFor(async () => expect(await redis.call('ACL', 'WHOAMI')).toBe(app));
  });

  it('waits for the end of a MULTI that is sent command by command', async () => {
    const { app, rotation, make, clone, create, inStore, notice, kinds } = await setUp();
    const redis = await ioredisClient(rotation, make);
    await redis.multi({ pipeline: false });
    await redis.set(app, '1');
    await create(clone, 'CANARY-2');
    await inStore('CANARY-2', clone);
    await notice();
    await waitFor(() => expect(kinds()).toContain('swapped'));
    await redis.incr(app);
    expect(await redis.exec()).toEqual([
      [null, 'OK'],
      [null, 2],
    ]);
    await waitFor(() => expect(kinds()).toContain('drained'));
    expect(await redis.call('ACL', 'WHOAMI')).toBe(clone);
  });

  it('ends its wait for a login when it is disconnected', async () => {
    const { app, rotation, make, inServer } = await setUp();
    const redis = await ioredisClient(rotation, make);
    await redis.ping();
    await inServer('CANARY-2');
    await server.kill(app);
    await waitFor(() => expect(rotation.health().authFailures).toBeGreaterThan(0));
    const answer = expect(redis.ping()).rejects.toThrow('Connection is closed.');
    redis.disconnect();
    await answer;
    await waitFor(() => expect(rotation.health().clients).toEqual([]));
    expect(redis.status).toBe('end');
  });

  it('connects a duplicate when it is used, if it is lazy', async () => {
    const { app, rotation, make } = await setUp();
    const redis = await ioredisClient(rotation, make);
    await redis.ping();
    const copy = redis.duplicate({ lazyConnect: true });
    expect([copy.status, copy.options.lazyConnect]).toEqual(['wait', true]);
    expect(await copy.call('ACL', 'WHOAMI')).toBe(app);
  });

  it.each([undefined, {}, new Map()])('refuses what is not a client: %s', async (made) => {
    const { rotation } = await setUp();
    await expect(ioredisClient(rotation, () => made as object)).rejects.toThrow(/make must return a client/);
    expect(rotation.health().clients).toEqual([]);
  });
});

describe.skipIf(!isTested('redis-server'))('ioredisClient with a cluster', () => {
  let nodes: readonly RedisServer[];

  beforeAll(async () => {
    const [one, other] = await Promise.all([0, 1].map(() => startRedis(['cluster-enabled yes'])));
    if (!one || !other) throw new Error('two servers were started');
    nodes = [one, other];
    await one.command('CLUSTER', 'ADDSLOTSRANGE', '0', '8191');
    await other.command('CLUSTER', 'ADDSLOTSRANGE', '8192', '16383');
    await one.command('CLUSTER', 'MEET', other.host, String(other.port));
    await waitFor(async () => {
      for (const node of nodes) expect(await node.command('CLUSTER', 'INFO')).toContain('cluster_state:ok');
      for (const node of nodes) expect(await node.command('CLUSTER', 'INFO')).toContain('known_nodes:2');
    });
  });
  afterAll(() => Promise.all(nodes.map((each) => each.stop())));

  it('logs in to each node again, and to a node whose connection has ended', async () => {
    const [one, other] = nodes as [RedisServer, RedisServer];
    const sites = await Promise.all(nodes.map((each) => redisSite(each)));
    const [site] = sites as [(typeof sites)[0]];
    const { app, clone, rotation, inStore, notice, kinds } = site;
    const onBoth = (username: string, password: string) =>
      Promise.all(
        nodes.map((each) =>
          each.command('ACL', 'SETUSER', username, 'on', '~*', '&*', '+@all', `>${password}`),
        ),
      );
    await onBoth(app, 'CANARY-1');
    const cluster = await ioredisClient(
      rotation,
      (login) => new Cluster([{ host: one.host, port: one.port }], { redisOptions: login }),
    );
    const keys = ['a', 'b', 'c', 'd', 'e', 'f']; // of both nodes
    const setAll = (value: string) => Promise.all(keys.map((key) => cluster.set(key, value)));
    expect(new Set(await setAll('1'))).toEqual(new Set(['OK']));
    await inStore('CANARY-2', clone);
    await one.command('ACL', 'SETUSER', clone, 'on', '~*', '&*', '+@all', '>CANARY-2');
    await notice();
    await waitFor(() => expect(kinds()).toEqual(['rotating', 'kept-old'])); // one node refuses it
    await onBoth(clone, 'CANARY-2');
    await inStore('CANARY-3', clone);
    await onBoth(clone, 'CANARY-3');
    await notice();
    await waitFor(() => expect(kinds()).toContain('drained'));
    for (const node of nodes) await node.command('ACL', 'DELUSER', app);
    expect(new Set(await setAll('2'))).toEqual(new Set(['OK']));
    await Promise.all([one.kill(clone), other.kill(clone)]);
    await waitFor(async () => expect(new Set(await setAll('3'))).toEqual(new Set(['OK'])));
    await rotation.close();
    for (const node of nodes) {
      await waitFor(async () => expect(await node.connections(clone)).toEqual([]));
    }
  });
});

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { Cluster, Redis } from 'ioredis';
import { createClient, createCluster } from 'redis';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, isTested, type RedisServer, startRedis } from '../../test/servers.js';
import { fromIoredis, fromNodeRedis, type SharedCacheClient, sharedCache } from './index.js';

const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'redis' });
const rights =
  '~secretkit:shared:* &secretkit:shared:* +get +set +del +pexpire +pttl +eval +publish +subscribe +unsubscribe';
const refs = Array.from({ length: 12 }, (_, at) => ({ name: `CANARY-${at}` }));
const close: (() => unknown)[] = [];

afterEach(async () => {
  for (const each of close.splice(0)) await Promise.resolve(each()).catch(() => undefined);
});

function processOf(client: SharedCacheClient, provider: SecretProvider) {
  const one = sharedCache({ client, codec, principal: 'app', commandTimeoutMs: 5_000 })(provider);
  close.push(() => one[Symbol.asyncDispose]?.());
  return one;
}

/** Two processes read twelve secrets, which the store is asked for once; the one hears of a write of the other. */
async function expectShared(connect: () => Promise<SharedCacheClient>): Promise<void> {
  let calls = 0;
  const provider: SecretProvider = {
    name: 'store',
    get: async ({ name }) => seal(`value ${(calls += 1)} of ${name}`),
    set: async () => undefined,
  };
  const [one, other] = [processOf(await connect(), provider), processOf(await connect(), provider)];
  const valuesOf = (each: SecretProvider) =>
    Promise.all(refs.map(async (ref) => (await each.get(ref, {}))?.reveal()));
  const values = await valuesOf(one);
  expect(await valuesOf(other)).toEqual(values);
  expect(calls).toBe(refs.length);
  const changes: unknown[] = [];
  other.memory!.subscribe!((change) => changes.push(change));
  await expect
    .poll(async () => {
      await one.set!(refs[0]!, seal('new'), {}); // until the other one has subscribed
      return changes.length;
    })
    .toBeGreaterThan(0);
  expect((await other.get(refs[0]!, {}))?.reveal()).toBe(`value ${refs.length + 1} of ${refs[0]!.name}`);
}

describe.skipIf(!isTested('redis-server', 'openssl'))('Redis with TLS and a user of the least rights', () => {
  const folder = mkdtempSync(join(tmpdir(), 'secretkit-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  let server: RedisServer;
  let port: number;
  let ca: string;

  beforeAll(async () => {
    const files = ['-keyout', key, '-out', certificate, '-days', '2', '-subj', '/CN=127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    execFileSync('openssl', ['req', ...kind, ...files, '-addext', 'subjectAltName=IP:127.0.0.1'], {
      stdio: 'ignore',
    });
    ca = readFileSync(certificate, 'utf8');
    port = await freePort();
    const names = [`tls-cert-file ${certificate}`, `tls-key-file ${key}`, 'tls-auth-clients no'];
    server = await startRedis([`tls-port ${port}`, ...names], 'off');
    await server.command('ACL', 'SETUSER', 'app', 'on', '>app', ...rights.split(' '));
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  it('shares values by node-redis', () =>
    expectShared(async () => {
      const client = createClient({
        RESP: 3,
        socket: { host: '127.0.0.1', port, tls: true, ca },
        username: 'app',
        password: 'app',
        disableClientInfo: true,
      });
      client.on('error', () => undefined);
      close.push(() => client.destroy());
      await client.connect();
      return fromNodeRedis(client);
    }));

  it('shares values by ioredis, with a second client that subscribes', async () => {
    await server.command('FLUSHALL');
    await expectShared(async () => {
      const options = { username: 'app', password: 'app', enableReadyCheck: false, disableClientInfo: true };
      const clients = [1, 2].map(() => new Redis({ host: '127.0.0.1', port, tls: { ca }, ...options }));
      for (const client of clients) {
        client.on('error', () => undefined);
        close.push(() => client.disconnect());
      }
      await Promise.all(clients.map((client) => once(client, 'ready')));
      return fromIoredis(clients[0]!, { subscriber: clients[1]! });
    });
  });

  it('refuses a client that does not trust its certificate, and the process reads from its store', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const client = createClient({ socket: { host: '127.0.0.1', port, tls: true, reconnectStrategy: false } });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow();
    const provider: SecretProvider = { name: 'store', get: async () => seal('CANARY') };
    const one = sharedCache({ client: fromNodeRedis(client), codec, principal: 'app', connectMs: 0 })(
      provider,
    );
    expect((await one.get(refs[0]!, {}))?.reveal()).toBe('CANARY');
    expect(warned).toHaveBeenCalledTimes(1);
  });
});

describe.skipIf(!isTested('redis-server'))('a cluster of Redis', () => {
  const servers: RedisServer[] = [];

  beforeAll(async () => {
    const buses: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      buses.push(await freePort());
      const settings = ['cluster-enabled yes', 'cluster-config-file nodes.conf', `cluster-port ${buses[at]}`];
      servers.push(await startRedis(settings));
    }
    const [first] = servers;
    for (const [at, server] of servers.entries()) {
      const [from, to] = [Math.floor((16_384 * at) / 3), Math.floor((16_384 * (at + 1)) / 3) - 1];
      await server.command('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
      await server.command('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
      if (at > 0)
        await first!.command('CLUSTER', 'MEET', '127.0.0.1', String(server.port), String(buses[at]));
    }
    for (const server of servers) {
      const state = async () =>
        /cluster_state:(\w+)/.exec(String(await server.command('CLUSTER', 'INFO')))?.[1];
      await vi.waitFor(async () => expect(await state()).toBe('ok'), { timeout: 30_000, interval: 50 });
    }
  }, 60_000);
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });

  it('shares values by node-redis, over all masters', async () => {
    await expectShared(async () => {
      const cluster = createCluster({
        rootNodes: servers.map(({ host, port }) => ({ socket: { host, port } })),
        defaults: { RESP: 3 } as object,
      });
      cluster.on('error', () => undefined);
      close.push(() => cluster.destroy());
      await cluster.connect();
      return fromNodeRedis(cluster as never);
    });
    const sizes = await Promise.all(servers.map((server) => server.command('DBSIZE')));
    expect(sizes.map(Number).every((size) => size > 0)).toBe(true);
  });

  it('shares values by ioredis, over all masters', async () => {
    for (const server of servers) await server.command('FLUSHALL');
    await expectShared(async () => {
      const cluster = new Cluster(servers.map(({ host, port }) => ({ host, port })));
      cluster.on('error', () => undefined);
      close.push(() => cluster.disconnect());
      await once(cluster, 'ready');
      return fromIoredis(cluster);
    });
  });
});

import { once } from 'node:events';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isTested, type RedisServer, startRedis } from '../../test/servers.js';
import { fromIoredis, fromNodeRedis, type SharedCacheClient, sharedCache } from './index.js';

const canary = 'CANARY-4d1e';
const ref = { name: 'CANARY-name' };
const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'redis' });

/** The least that a user of the shared cache needs. The proof of the README. */
const acl = [
  '~secretkit:shared:*',
  '&secretkit:shared:*',
  '+get',
  '+set',
  '+del',
  '+pexpire',
  '+pttl',
  '+eval',
  '+publish',
  '+subscribe',
  '+unsubscribe',
];

describe.skipIf(!isTested('redis-server'))('Redis', () => {
  let server: RedisServer;
  let warned: unknown[];
  const close: (() => unknown)[] = [];

  beforeAll(async () => {
    server = await startRedis();
    await server.command('ACL', 'SETUSER', 'app', 'on', '>app', ...acl);
  });
  afterAll(async () => {
    for (const each of close) await Promise.resolve(each()).catch(() => undefined);
    await server.stop();
  });
  beforeEach(async () => {
    await server.command('FLUSHALL');
    warned = [];
    vi.spyOn(process, 'emitWarning').mockImplementation((_, about) => {
      warned.push((about as { code?: unknown }).code);
    });
  });
  afterEach(async () => {
    await server.command('CONFIG', 'SET', 'maxmemory', '0');
  });

  async function nodeRedis(): Promise<SharedCacheClient> {
    const client = createClient({
      RESP: 3,
      socket: { host: server.host, port: server.port, reconnectStrategy: 20 },
      username: 'app',
      password: 'app',
      disableClientInfo: true,
    });
    client.on('error', () => undefined);
    close.push(() => client.destroy());
    await client.connect();
    return fromNodeRedis(client);
  }

  async function ioredis(): Promise<SharedCacheClient> {
    const { host, port } = server;
    const client = new Redis({
      host,
      port,
      username: 'app',
      password: 'app',
      retryStrategy: () => 20,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    client.on('error', () => undefined);
    close.push(() => client.disconnect());
    await once(client, 'ready');
    return fromIoredis(client);
  }

  function processOf(client: SharedCacheClient, provider: SecretProvider, commandTimeoutMs = 2_000) {
    return sharedCache({ client, codec, principal: 'role/app', commandTimeoutMs })(provider);
  }

  function storeOf(get: SecretProvider['get'] = async () => seal(canary)) {
    const calls: string[] = [];
    const provider: SecretProvider = {
      name: 'store',
      get: (asked, ctx) => {
        calls.push(asked.name);
        return get(asked, ctx);
      },
      set: async () => undefined,
      getMany: async (refs, ctx) => {
        calls.push('batch');
        return Promise.all(refs.map((each) => get(each, ctx)));
      },
    };
    return { provider, calls };
  }

  const reveal = async (provider: SecretProvider, ctx = {}) => (await provider.get(ref, ctx))?.reveal();

  describe.each([
    ['node-redis', nodeRedis],
    ['ioredis', ioredis],
  ])('with %s and the least rights', (_, connect) => {
    it('shares a value, and shows neither it nor its name', async () => {
      const { provider, calls } = storeOf();
      expect(await reveal(processOf(await connect(), provider))).toBe(canary);
      expect(await reveal(processOf(await connect(), provider))).toBe(canary);
      expect(calls).toHaveLength(1);
      const keys = (await server.command('KEYS', '*')) as string[];
      const texts = await Promise.all(keys.map((key) => server.command('GET', key)));
      expect(keys.join()).toMatch(/^secretkit:shared:\{[\w-]{43}\}:value$/);
      const ttl = Number(await server.command('PTTL', keys[0] ?? ''));
      expect([ttl > 3_800_000, ttl <= 3_900_000]).toEqual([true, true]);
      expect([...keys, ...texts].join()).not.toMatch(/CANARY/);
      expect(warned).toEqual([]);
    });

    it('lets one of many read, and renews its lease', async () => {
      const { provider, calls } = storeOf(async () => {
        await new Promise((resolve) => setTimeout(resolve, 2_500)); // longer than a lease
        return seal(canary);
      });
      const all = await Promise.all(
        Array.from({ length: 6 }, async () => processOf(await connect(), provider)),
      );
      expect(new Set(await Promise.all(all.map((each) => reveal(each))))).toEqual(new Set([canary]));
      expect(calls).toHaveLength(1);
    });

    it('shares a batch, a missing secret, a cooldown, and the end of each', async () => {
      const { provider, calls } = storeOf(async ({ name }) => (name === 'none' ? undefined : seal(name)));
      const refs = ['one', 'two', 'none'].map((name) => ({ name }));
      const [one, other] = [processOf(await connect(), provider), processOf(await connect(), provider)];
      const valuesOf = async (each: SecretProvider) =>
        (await each.getMany!(refs, {})).map((answer) =>
          (answer as { reveal?(): string } | undefined)?.reveal?.(),
        );
      expect(await valuesOf(one)).toEqual(['one', 'two', undefined]);
      expect(await valuesOf(other)).toEqual(['one', 'two', undefined]);
      expect(calls).toEqual(['batch']);
      const failing = storeOf(() =>
        Promise.reject(new SecretError('rate_limited', 'slow down.', { retryAfterMs: 60_000 })),
      );
      const codeOf = (each: SecretProvider) =>
        each.get(ref, { maxAttempts: 1 }).catch((error: unknown) => (error as SecretError).code);
      expect(await codeOf(processOf(await connect(), failing.provider))).toBe('rate_limited');
      expect(await codeOf(processOf(await connect(), failing.provider))).toBe('rate_limited');
      expect(failing.calls).toHaveLength(1);
      await one.set!(ref, seal('new'), {}); // a write ends the cooldown
      expect(await reveal(one)).toBe(ref.name);
    });

    it('hears of an invalidation on the same connection', async () => {
      const { provider, calls } = storeOf();
      const [one, other] = [processOf(await connect(), provider), processOf(await connect(), provider)];
      const changes: unknown[] = [];
      other.memory!.subscribe!((change) => changes.push(change));
      for (const each of [one, other]) await reveal(each);
      await expect
        .poll(async () => server.command('PUBSUB', 'NUMSUB', 'secretkit:shared:invalidations'))
        .not.toEqual(['secretkit:shared:invalidations', 0]);
      one.memory!.invalidate!(ref);
      await expect.poll(() => changes.length).toBe(1);
      expect(await reveal(other)).toBe(canary);
      expect(calls).toHaveLength(2);
    });

    it('goes on without Redis when it is paused, full, without rights, or ends, and uses it afterwards', async () => {
      const { provider, calls } = storeOf();
      const client = await connect();
      const one = processOf(client, provider, 100);
      await reveal(one);
      const direct = async () => {
        const before = calls.length;
        expect(await reveal(one, { fresh: true })).toBe(canary);
        return calls.length - before;
      };
      await server.command('CONFIG', 'SET', 'maxmemory', '1');
      expect(await direct()).toBe(1);
      expect(await reveal(processOf(client, provider))).toBe(canary); // a hit needs no memory
      expect(calls).toHaveLength(2);
      await server.command('CONFIG', 'SET', 'maxmemory', '0');
      await server.command('ACL', 'SETUSER', 'app', '-get');
      expect(await reveal(processOf(client, provider))).toBe(canary);
      await server.command('ACL', 'SETUSER', 'app', '+get');
      await server.command('FLUSHALL');
      expect(await reveal(processOf(client, provider))).toBe(canary);
      await server.kill('app');
      expect(await reveal(processOf(client, provider))).toBe(canary);
      expect(new Set(warned)).toEqual(
        new Set(['SECRETKIT_SHARED_CACHE_WRITES_REFUSED', 'SECRETKIT_SHARED_CACHE_DOWN']),
      );
    });
  });
});

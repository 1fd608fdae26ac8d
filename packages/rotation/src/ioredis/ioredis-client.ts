import { abortable } from '@secretkit/core/provider';
import { closeWithin } from '../redis/close-within.js';
import { type RedisLogin, type RedisOptions, redisSetup } from '../redis/redis-login.js';
import type { Rotation } from '../rotating.js';
import { followConnection, type RotatingConnection } from './follow-connection.js';
import type { IoRedis, IoRedisCluster } from './ioredis-types.js';

/**
 * Returns a client of ioredis that follows the credential: it logs in again without a new connection when the store has another
 * one, and each reconnection waits until a connection of its own has verified the credential. A cluster follows node by node.
 *
 * @param make - Makes the client with user and password: a `Redis`, or a `Cluster` with them in `redisOptions`. It is called once.
 * @throws As `require` for the first read; `TypeError` or `RangeError` for wrong options, or for what is not such a client.
 * @example
 * ```ts
 * import type { Rotation } from '@secretkit/rotation';
 * import { ioredisClient } from '@secretkit/rotation/ioredis';
 * import { Redis } from 'ioredis';
 *
 * export function openRedis(rotation: Rotation<{ username: string; password: string }>) {
 *   return ioredisClient(rotation, (login) => new Redis({ host: '127.0.0.1', protocol: 3, ...login }));
 * }
 * ```
 */
export async function ioredisClient<C extends object, T>(
  rotation: Rotation<T>,
  make: (login: RedisLogin) => C,
  options: RedisOptions<T> = {},
): Promise<C> {
  const { follow, loginOf, closeMs } = redisSetup('ioredisClient', options);
  const clients = new Set<IoRedis | IoRedisCluster>();
  const connections = new Map<IoRedis, RotatingConnection>();
  let hasClient = (): void => undefined;
  const firstClient = new Promise<void>((resolve) => (hasClient = resolve)); // it has the address of the server

  const following = await rotation.follow({
    ...follow,
    async verify(credential) {
      await abortable(firstClient, following.signal);
      await verifyServers(loginOf(credential));
    },
    install(credential) {
      for (const client of clients) setLogin(client, loginOf(credential)); // duplicates and new nodes take it from there
      setTimeout(() => connections.forEach((each) => void each.renew())); // after the swap; it never rejects
    },
    async onClose() {
      await Promise.all(
        [...clients].map((each) =>
          closeWithin(
            closeMs,
            () => each.quit(),
            () => each.disconnect(),
          ),
        ),
      );
    },
  });

  /** Logs in to each server that has a connection. A server that does not answer does not count if another one does. */
  async function verifyServers(login: RedisLogin): Promise<void> {
    const servers = new Map(
      [...connections].map(
        ([
          {
            options: { host, port },
          },
          each,
        ]) => [`${host}:${port}`, each],
      ),
    );
    const outcomes = await Promise.allSettled([...servers.values()].map(({ probe }) => probe(login)));
    const failures = outcomes.flatMap((each) =>
      each.status === 'rejected' ? [{ reason: each.reason as unknown }] : [],
    );
    const refusal = failures.find(({ reason }) => following.isAuthFailure(reason));
    const failure = refusal ?? (failures.length === outcomes.length ? failures[0] : undefined);
    if (failure) throw failure.reason;
  }

  function followClient(client: IoRedis | IoRedisCluster): void {
    clients.add(client);
    client.on('error', () => undefined); // of a connection that is replaced, which ioredis would print
    client.on('end', () => {
      clients.delete(client);
      if (clients.size === 0) void following.close(); // it never rejects
    });
    if (client.isCluster) {
      client.on('+node', followNode);
      client.nodes().forEach(followNode);
      const duplicate = client.duplicate.bind(client);
      client.duplicate = (nodes, override) => {
        const copy = duplicate(nodes, override);
        followClient(copy);
        return copy;
      };
      return;
    }
    followNode(client);
  }

  /** Follows a connection: of a client, or of a cluster, which copies it to read its slots. */
  function followNode(node: IoRedis): void {
    if (connections.has(node)) return;
    setLogin(node, loginOf(following.credential));
    connections.set(node, followConnection(following, node, loginOf));
    node.on('end', () => connections.delete(node));
    const duplicate = node.duplicate.bind(node);
    node.duplicate = (override) => {
      const { lazyConnect } = { ...node.options, ...override };
      const copy = duplicate({ ...override, lazyConnect: true });
      copy.options.lazyConnect = lazyConnect;
      if (clients.has(node)) followClient(copy);
      else followNode(copy);
      if (!lazyConnect) void copy.connect().catch(() => undefined); // it connects again itself
      return copy;
    };
  }

  try {
    const client: unknown = make(loginOf(following.credential));
    followClient(checked(client));
    hasClient();
    return client as C; // it was made so
  } catch (failure) {
    await following.close();
    throw failure;
  }
}

function setLogin(client: IoRedis | IoRedisCluster, { username, password }: RedisLogin): void {
  const options = client.isCluster ? client.options.redisOptions : client.options;
  if (options) Object.assign(options, { username, password });
}

function checked(client: unknown): IoRedis | IoRedisCluster {
  const { connector, isCluster, nodes } = (client ?? {}) as Partial<IoRedis> & Partial<IoRedisCluster>;
  if (isCluster ? nodes : connector) return client as IoRedis | IoRedisCluster;
  throw new TypeError('ioredisClient: make must return a client of ioredis: a Redis or a Cluster.');
}

import { setTimeout as sleep } from 'node:timers/promises';
import type { Rotation } from '@secretkit/rotation';
import { ioredisClient } from '@secretkit/rotation/ioredis';
import { redisClient } from '@secretkit/rotation/node-redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { type RedisServer, startRedis } from '../redis-server.js';
import { openRotation } from './open-rotation.js';
import { type Connection, renewedConnections } from './renewed-connections.js';
import { alternating, killing } from './rotate.js';
import { type Case, casesOf, type Open, practiceOf, runCases, type Size } from './run-cases.js';
import type { Login, ProofServer, Site } from './site.js';

/** Opens a connection, and calls `onOpen` for each login that worked. */
type Connect<T> = (from: T, port: number, onOpen: () => void) => Promise<Connection>;

function proofServer(server: RedisServer): ProofServer {
  const setUser = ({ username, password }: Login) =>
    server.command('ACL', 'SETUSER', username, 'on', 'resetpass', `>${password}`, '~*', '&*', '+@all');
  return {
    createUser: setUser,
    setPassword: setUser,
    connections: async (username) => (await server.connections(username)).length,
    kill: server.kill,
    drop: (username) => server.command('ACL', 'DELUSER', username),
    restart: server.restart,
    stop: server.stop,
  };
}

const byNodeRedis: Connect<Rotation<Login>> = async (rotation, port, onOpen) => {
  const socket = { host: '127.0.0.1', port, reconnectStrategy: 20 };
  const client = await redisClient(rotation, (credentialsProvider) =>
    createClient({ socket, credentialsProvider }),
  );
  client.on('ready', onOpen);
  await client.connect();
  return { send: (...args) => client.sendCommand(args), close: () => client.close() };
};

const byIoredis: Connect<Rotation<Login>> = async (rotation, port, onOpen) => {
  const retryStrategy = (): number => 20;
  const redis = await ioredisClient(
    rotation,
    (login) => new Redis({ host: '127.0.0.1', port, retryStrategy, ...login }),
  );
  redis.on('ready', onOpen);
  return { send: (name, ...args) => redis.call(name, ...args), close: () => redis.quit() };
};

const byReadLogin =
  (read: (site: Site) => () => Promise<Login>): Connect<Site> =>
  async (site, port, onOpen) => {
    const login = await read(site)();
    const socket = { host: '127.0.0.1', port, reconnectStrategy: false } as const;
    const client = createClient({ socket, ...login });
    client.on('error', () => undefined);
    client.on('ready', onOpen);
    await client.connect();
    return { send: (...args) => client.sendCommand(args), close: () => client.close() };
  };

const ping = (connection: Connection): Promise<unknown> => connection.send('PING');
const block = (connection: Connection): Promise<unknown> => connection.send('BLPOP', 'nothing', '0.05'); // few commands a second, as a connection waits for it

/** Runs every case, some at a time. */
export async function proveRedis(size: Size, atOnce: number) {
  const redis = await startRedis([], 'off');
  const { port } = redis;

  const secretkit =
    (connect: Connect<Rotation<Login>>, send = ping, isRenewed = true): Open =>
    async (site, options) => {
      const { rotation, hasAccepted, close } = openRotation(site, options);
      const open = (onOpen: () => void) => connect(rotation, port, onOpen);
      const isDrained = (): boolean => rotation.health().clients.every(({ ended }) => ended.length === 0);
      return {
        ...renewedConnections(open, send, isRenewed ? options.maxUses : Number.POSITIVE_INFINITY),
        hasAccepted: (version) => hasAccepted(version) && isDrained(),
        close,
      };
    };
  const practice =
    (isReadOnce: boolean): Open =>
    async (site, { maxUses }) => {
      const first = await site.read();
      const connect = byReadLogin(({ read }) => (isReadOnce ? async () => first : read));
      return renewedConnections((onOpen) => connect(site, port, onOpen), ping, maxUses);
    };

  const clients = [
    { client: 'redisClient', connect: byNodeRedis },
    { client: 'ioredisClient', connect: byIoredis },
  ];
  /** Deletes the user before, when nothing uses it any more. */
  const dropOld = async ({ users, server }: Site, round: number): Promise<void> => {
    await sleep(200); // longer than the longest command
    await server.drop?.(users[(round + 1) % 2] ?? users[0]);
  };
  const cases: readonly Case[] = [
    ...clients.flatMap(({ client, connect }): Case[] => [
      ...casesOf({ client, open: secretkit(connect) }),
      {
        client,
        name: 'alternating, blocking commands, the old user deleted',
        open: secretkit(connect, block),
        rotate: alternating('server', 0),
        after: dropOld,
      },
      {
        client,
        name: 'single user, connections killed',
        open: secretkit(connect, ping, false),
        rotate: killing,
        mayFail: 'killed',
      },
    ]),
    ...practiceOf(size, [
      { client: 'password read once', open: practice(true) },
      { client: 'password read for each', open: practice(false) },
    ]),
  ];
  try {
    const own = clients.map(({ client, connect }) => ({ client, open: secretkit(connect) }));
    return await runCases(proofServer(redis), size, atOnce, cases, own);
  } finally {
    await redis.stop();
  }
}

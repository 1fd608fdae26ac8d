import { setTimeout as sleep } from 'node:timers/promises';
import { createSecrets } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';
import { type Rotation, rotating } from '@secretkit/rotation';
import { ioredisClient } from '@secretkit/rotation/ioredis';
import { redisClient } from '@secretkit/rotation/node-redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { type RedisServer, startRedis } from '../redis-server.js';
import { alternating, killing } from './rotate.js';
import { type Case, casesOf, type Open, practiceOf, runCases, type Size, type Subject } from './run-cases.js';
import { type Login, type ProofServer, type Site, schema } from './site.js';

/** One connection under load. */
interface Connection {
  send(name: string, ...args: readonly string[]): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Opens a connection, and calls `onOpen` for each login that worked. */
type Connect<T> = (from: T, port: number, onOpen: () => void) => Promise<Connection>;

const slots = 10;

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

/** Uses some connections at the same time. Each is replaced after `maxUses`: the old one is closed after its commands. */
function drained(
  open: (onOpen: () => void) => Promise<Connection>,
  send: (connection: Connection) => Promise<unknown>,
  maxUses: number,
): Omit<Subject, 'close'> & { close(): Promise<void> } {
  let connections = 0;
  let turn = 0;
  const onOpen = (): void => void (connections += 1);
  const ignored = (connection: Promise<Connection>) =>
    connection.then((each) => each.close()).catch(() => undefined); // it was ended
  const opened = (): Promise<Connection> => {
    const connection = open(onOpen);
    connection.catch(() => undefined); // `query` rejects with it
    return connection;
  };
  const pool = Array.from({ length: slots }, () => ({ connection: opened(), uses: 0 }));
  return {
    async query() {
      turn += 1;
      const slot = pool[turn % slots];
      if (!slot) return;
      const { connection } = slot;
      if (slot.uses >= maxUses) {
        slot.uses = 0;
        slot.connection = opened();
        void ignored(connection);
      }
      slot.uses += 1;
      await send(await slot.connection);
    },
    connections: () => connections,
    async close() {
      await Promise.all(pool.map(({ connection }) => ignored(connection)));
    },
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
const block = (connection: Connection): Promise<unknown> => connection.send('BLPOP', 'nothing', '0.1');

/** Runs every case, some at a time. */
export async function proveRedis(size: Size, atOnce: number) {
  const redis = await startRedis([], 'off');
  const { port } = redis;

  const secretkit =
    (connect: Connect<Rotation<Login>>, send = ping, isRenewed = true): Open =>
    async (site, { maxUses, deadlineMs }) => {
      const secrets = createSecrets(recommended({ circuitBreaker: { openMs: 1_000 } })(site.provider));
      const rotation = rotating(secrets, 'db', { schema, deadlineMs, watchMs: 1_000 });
      const open = (onOpen: () => void) => connect(rotation, port, onOpen);
      return {
        ...drained(open, send, isRenewed ? maxUses : Number.POSITIVE_INFINITY),
        hasAccepted: (version) =>
          rotation.health().clients.every((each) => each.version === version && each.ended.length === 0),
        async close() {
          await rotation.close();
          await secrets.close();
        },
      };
    };
  const practice =
    (isReadOnce: boolean): Open =>
    async (site, { maxUses }) => {
      const first = await site.read();
      const connect = byReadLogin(({ read }) => (isReadOnce ? async () => first : read));
      return drained((onOpen) => connect(site, port, onOpen), ping, maxUses);
    };

  const clients = [
    { client: 'redisClient', connect: byNodeRedis },
    { client: 'ioredisClient', connect: byIoredis },
  ];
  /** Deletes the user before, when nothing uses it any more. */
  const dropOld = async ({ users, server }: Site, round: number): Promise<void> => {
    await sleep(200); // the longest command
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
    ...practiceOf([
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

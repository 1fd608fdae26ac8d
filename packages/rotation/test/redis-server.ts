import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, type RedisClientType } from 'redis';
import {
  findProgram,
  freePort,
  removeFolder,
  serverFolder,
  startProcess,
  untilItStarts,
} from './server-process.js';

/** A Redis of its own, with users in an ACL file. */
export interface RedisServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Sends a command as the operator. */
  command(...args: readonly string[]): Promise<unknown>;
  /** The ids of the connections of a user. */
  connections(username: string): Promise<readonly string[]>;
  /** Ends the connections of a user, as a network would. */
  kill(username: string): Promise<void>;
  /** Ends the server at once, and starts it again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const operator = { username: 'operator', password: 'operator' };

/**
 * @param settings - More lines of the configuration.
 * @param defaultUser - The rules of the user of connections that have not logged in.
 */
export function startRedis(
  settings: readonly string[] = [],
  defaultUser = 'on nopass ~* &* +@all',
): Promise<RedisServer> {
  return untilItStarts(() => startOnce(settings, defaultUser)); // in a cluster a second port follows from the first
}

async function startOnce(settings: readonly string[], defaultUser: string): Promise<RedisServer> {
  const folder = serverFolder({});
  const users = join(folder, 'users.acl');
  const everything = '~* &* +@all';
  writeFileSync(users, `user default ${defaultUser}\nuser operator on >operator ${everything}\n`);
  const port = await freePort();
  const file = join(folder, 'redis.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `aclfile ${users}`,
    'save ""',
    'appendonly no',
    ...settings,
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);

  let client: RedisClientType | undefined;

  async function connected(): Promise<RedisClientType> {
    if (client?.isReady) return client;
    const socket = { host: '127.0.0.1', port, reconnectStrategy: false } as const;
    const next: RedisClientType = createClient({ socket, ...operator });
    next.on('error', () => undefined);
    await next.connect();
    client = next;
    return next;
  }

  const command: RedisServer['command'] = async (...args) => (await connected()).sendCommand(args);
  const isReady = (): Promise<boolean> =>
    command('PING').then(
      () => true,
      () => false,
    );
  const start = () => startProcess([findProgram('redis-server') ?? 'redis-server', file], {}, isReady);
  let end = await start();

  async function connections(username: string): Promise<readonly string[]> {
    const list = String(await command('CLIENT', 'LIST'));
    return list.split('\n').flatMap((line) => {
      const user = /\buser=(\S*)/.exec(line)?.[1];
      return user === username ? [/\bid=(\d+)/.exec(line)?.[1] ?? ''] : [];
    });
  }

  return {
    host: '127.0.0.1',
    port,
    command,
    connections,
    async kill(username) {
      await Promise.all((await connections(username)).map((id) => command('CLIENT', 'KILL', 'ID', id)));
    },
    async restart() {
      await command('ACL', 'SAVE');
      await end('SIGKILL');
      client?.destroy();
      client = undefined;
      end = await start();
    },
    async stop() {
      client?.destroy();
      await end('SIGKILL');
      removeFolder(folder);
    },
  };
}

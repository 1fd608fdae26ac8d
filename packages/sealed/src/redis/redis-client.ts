import { kindOf } from '@secretkit/core/provider';

/** The one command of Redis that the table sends. */
export interface RedisScripts {
  /** Must run the script, and return its answer with texts for bulk strings. */
  eval(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
}

/** A client of the package `redis`. */
export interface NodeRedisClient {
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

/** A client of the package `ioredis`. */
export interface IoredisClient {
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
}

/** Returns the scripts of a client, or a cluster, of the package `redis`. @throws `TypeError` for a client without `eval`. */
export function fromNodeRedis(client: NodeRedisClient): RedisScripts {
  checkClient('fromNodeRedis', 'redis', client);
  return { eval: (script, keys, args) => client.eval(script, { keys: [...keys], arguments: [...args] }) };
}

/** Returns the scripts of a client, or a cluster, of the package `ioredis`. @throws As `fromNodeRedis`. */
export function fromIoredis(client: IoredisClient): RedisScripts {
  checkClient('fromIoredis', 'ioredis', client);
  return { eval: (script, keys, args) => client.eval(script, keys.length, ...keys, ...args) };
}

function checkClient(owner: string, name: string, client: unknown): void {
  if (typeof (Object(client) as Partial<RedisScripts>).eval === 'function') return;
  throw new TypeError(`${owner}: client must be a client of the package ${name}, got ${kindOf(client)}.`);
}

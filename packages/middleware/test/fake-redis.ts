import type { SharedCacheClient } from '../src/shared-cache/index.js';
import * as scripts from '../src/shared-cache/scripts.js';

/** A Redis in memory that knows the scripts of the shared cache, for many processes in virtual time. */
export interface FakeRedis {
  /** Returns the client of one process. */
  client(): SharedCacheClient;
  /** Replaces the behaviour of commands: a fault throws, hangs or waits. `undefined`: none. */
  fault: ((kind: 'get' | 'eval' | 'publish', script: string) => Promise<unknown> | undefined) | undefined;
  isReady: boolean;
  /** Commands that were sent. */
  readonly commands: { get: number; eval: number; publish: number };
  /** Keys and texts. */
  dump(): readonly (readonly [string, string])[];
  set(key: string, text: string, forMs?: number): void;
  clear(): void;
}

interface Entry {
  readonly text: string;
  until: number;
}

/** @param latencyMs - Returns how long a command takes. */
export function fakeRedis(now: () => number, latencyMs: () => number = () => 0): FakeRedis {
  const entries = new Map<string, Entry>();
  const listeners = new Map<string, Set<(message: string) => void>>();

  function read(key: string): Entry | undefined {
    const entry = entries.get(key);
    if (entry && entry.until <= now()) entries.delete(key);
    return entries.get(key);
  }

  function write(key: string, text: string, forMs: number): void {
    if (!(Number.isInteger(forMs) && forMs > 0)) throw new Error('ERR invalid expire time');
    entries.set(key, { text, until: now() + forMs });
  }

  function run(script: string, [recordKey = '', leaseKey = '']: readonly string[], args: readonly string[]) {
    const [token = '', second = '', third = ''] = args;
    const record = read(recordKey);
    const lease = read(leaseKey);
    if (script === scripts.evict) return Number(entries.delete(recordKey)) + Number(entries.delete(leaseKey));
    if (script === scripts.take) {
      const recordToken = record?.text.slice(0, scripts.tokenLength) ?? '';
      const ignored = args.slice(2);
      if (record && !ignored.includes('*') && !ignored.includes(recordToken)) return ['record', record.text];
      if (lease) return ['lease', lease.text, String(lease.until - now()), recordToken];
      write(leaseKey, `H${token}`, Number(second));
      return ['taken'];
    }
    if (!lease || lease.text !== `H${token}`) return 0;
    switch (script) {
      case scripts.renew:
        lease.until = now() + Number(second);
        return 1;
      case scripts.store:
        write(recordKey, second, Number(third));
        return Number(entries.delete(leaseKey));
      case scripts.release:
        return Number(entries.delete(leaseKey));
      case scripts.replace:
        write(leaseKey, second, Number(third));
        return 1;
      default:
        throw new Error('ERR unknown script');
    }
  }

  async function command<T>(kind: 'get' | 'eval' | 'publish', script: string, apply: () => T): Promise<T> {
    redis.commands[kind] += 1;
    await redis.fault?.(kind, script);
    const wholeMs = latencyMs();
    if (wholeMs > 0) await new Promise<void>((resolve) => setTimeout(resolve, wholeMs));
    return apply();
  }

  const redis: FakeRedis = {
    fault: undefined,
    isReady: true,
    commands: { get: 0, eval: 0, publish: 0 },
    client: () => ({
      ready: () => redis.isReady,
      get: (key) => command('get', '', () => read(key)?.text ?? null),
      eval: (script, keys, args) => command('eval', script, () => run(script, keys, args)),
      publish: (channel, message) =>
        command('publish', '', () => {
          for (const listener of listeners.get(channel) ?? []) listener(message);
        }),
      async subscribe(channel, listener) {
        const all = listeners.get(channel) ?? new Set();
        listeners.set(channel, all.add(listener));
        return () => all.delete(listener);
      },
    }),
    dump: () =>
      [...entries.keys()].flatMap((key) => (read(key) ? [[key, read(key)?.text ?? ''] as const] : [])),
    set: (key, text, forMs = 1e9) => write(key, text, forMs),
    clear: () => entries.clear(),
  };
  return redis;
}

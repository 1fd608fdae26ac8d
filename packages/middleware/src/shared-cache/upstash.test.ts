import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type FakeRedis, fakeRedis } from '../../test/fake-redis.js';
import { type SharedCacheClient, sharedCache } from './index.js';

const token = 'CANARY-token';
const ref = { name: 'CANARY-name' };
const codec = sealedCodec({ keys: [{ id: 'k1', key: new Uint8Array(32).fill(1) }], namespace: 'upstash' });
let server: Server;
let redis: FakeRedis;
let requests = 0;

/** Answers as the REST API does: a command is a JSON array, a pipeline is an array of these, and texts are base64 on request. */
async function answer(request: IncomingMessage): Promise<unknown> {
  if (request.headers.authorization !== `Bearer ${token}`) return { error: 'WRONGPASS' };
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const isEncoded = request.headers['upstash-encoding'] === 'base64';
  const run = async (command: readonly unknown[]) => {
    const result = await resultOf(command.map(String));
    return { result: isEncoded ? encoded(result) : result };
  };
  const commands = JSON.parse(body) as unknown[];
  if (!Array.isArray(commands[0])) return run(commands);
  return Promise.all((commands as unknown[][]).map(run));
}

function resultOf([name = '', first = '', ...rest]: readonly string[]): Promise<unknown> {
  const client = redis.client();
  if (name.toLowerCase() === 'get') return client.get(first);
  const keysEnd = 1 + Number(rest[0]);
  return client.eval(first, rest.slice(1, keysEnd), rest.slice(keysEnd));
}

function encoded(result: unknown): unknown {
  if (Array.isArray(result)) return result.map(encoded);
  return typeof result === 'string' ? Buffer.from(result).toString('base64') : result;
}

beforeAll(async () => {
  redis = fakeRedis(Date.now);
  server = createServer((request, response) => {
    requests += 1;
    void answer(request).then((body) => response.end(JSON.stringify(body)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** The recipe of the README. */
function fromUpstash(given: string): SharedCacheClient {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new Redis({ url, token: given, automaticDeserialization: false, retry: false });
  return {
    get: (key) => client.get(key),
    eval: (script, keys, args) => client.eval(script, [...keys], [...args]),
  };
}

function processOf(provider: SecretProvider, given = token) {
  return sharedCache({ client: fromUpstash(given), codec, principal: 'app', commandTimeoutMs: 5_000 })(
    provider,
  );
}

it('a client of Upstash shares a value and a missing secret over HTTP', async () => {
  let calls = 0;
  const provider: SecretProvider = {
    name: 'store',
    get: async ({ name }) => {
      calls += 1;
      return name === 'none' ? undefined : seal('CANARY-value');
    },
    delete: async () => undefined,
  };
  for (let at = 0; at < 2; at += 1) {
    expect((await processOf(provider).get(ref, {}))?.reveal()).toBe('CANARY-value');
    expect(await processOf(provider).get({ name: 'none' }, {})).toBeUndefined();
  }
  expect(calls).toBe(2);
  expect(requests).toBeGreaterThan(4);
  expect(redis.dump().flat().join()).not.toMatch(/CANARY/);
  await processOf(provider).delete!(ref, {});
  expect(redis.dump()).toHaveLength(1); // the missing secret
});

it('a client of Upstash with a wrong token reads from the store', async () => {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const provider: SecretProvider = { name: 'store', get: async () => seal('CANARY-value') };
  expect((await processOf(provider, 'CANARY-wrong').get(ref, {}))?.reveal()).toBe('CANARY-value');
  expect(JSON.stringify(warned.mock.calls)).not.toContain('CANARY');
  expect(warned).toHaveBeenCalledTimes(1);
});

// One of the real processes of the proof: reads secrets in a loop until its parent ends it, and reports what went wrong.
import { once } from 'node:events';
import { createSecrets, layersOf } from '@secretkit/core';
import { SecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { sealedCodec } from '@secretkit/sealed';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { recommended } from '../../src/recommended/index.js';
import {
  fromIoredis,
  fromNodeRedis,
  type SharedCacheClient,
  sharedCache,
} from '../../src/shared-cache/index.js';
import { boundMs, type ProcessConfig, type ProcessReport, staleMs, ttlMs } from './fleet-protocol.js';

const report: { -readonly [K in keyof ProcessReport]: ProcessReport[K] } = {
  reads: 0,
  failed: 0,
  tooOld: 0,
  unhandled: 0,
  outstanding: 0,
  hits: 0,
  outages: 0,
};
process.on('unhandledRejection', () => (report.unhandled += 1));
process.once('message', (config) => void run(config as ProcessConfig));

async function run({ port, storePort, names, key, client: kind }: ProcessConfig): Promise<void> {
  const [client, end] = await (kind === 'ioredis' ? ioredis(port) : nodeRedis(port));
  const codec = sealedCodec({ keys: [{ id: 'k1', key: Buffer.from(key, 'base64') }], namespace: 'fleet' });
  const provider: SecretProvider = {
    name: 'store',
    async get({ name }, { signal }) {
      const response = await fetch(`http://127.0.0.1:${storePort}/${name}`, { signal: signal ?? null }).catch(
        () => {
          throw new SecretError('unavailable', 'no answer.');
        },
      );
      return seal(await response.text());
    },
  };
  const bounds = { ttlMs, staleIfErrorMs: staleMs };
  const shared = sharedCache({ client, codec, principal: 'fleet', ...bounds });
  const stack = recommended({ cache: bounds, shared })(provider);
  const secrets = createSecrets(stack);
  const held = new Set<string>();
  let isRunning = true;
  process.on('message', (message) => {
    if (message === 'stop') isRunning = false;
    if (message === 'stall') {
      const until = performance.now() + 300;
      while (performance.now() < until);
    }
  });
  process.send?.('ready');

  async function read(name: string): Promise<void> {
    const startedAt = Date.now();
    try {
      const secret = await secrets.require(name);
      report.reads += 1;
      held.add(name);
      const issuedAt = Number(secret.reveal().split('@')[1]);
      if (!(issuedAt >= startedAt - boundMs)) report.tooOld += 1;
    } catch {
      if (held.has(name)) report.failed += 1;
    }
  }

  while (isRunning) {
    await Promise.all(names.map(read));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const layer = (): Readonly<Record<string, unknown>> =>
    layersOf(stack)
      .find(({ name }) => name === 'sharedCache')
      ?.snapshot?.() ?? {};
  for (let tries = 0; tries < 100 && layer()['outstanding'] !== 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { outstanding, hits, outages } = layer() as Pick<ProcessReport, 'outstanding' | 'hits' | 'outages'>;
  await secrets.close();
  end();
  process.send?.({ ...report, outstanding, hits, outages }, () => process.disconnect());
}

const login = { username: 'app', password: 'app' };

async function nodeRedis(port: number): Promise<[SharedCacheClient, () => void]> {
  const socket = { host: '127.0.0.1', port, reconnectStrategy: 50 } as const;
  const client = createClient({ RESP: 3, socket, ...login });
  client.on('error', () => undefined);
  await client.connect();
  return [fromNodeRedis(client), () => client.destroy()];
}

async function ioredis(port: number): Promise<[SharedCacheClient, () => void]> {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...login,
    retryStrategy: () => 50,
    enableReadyCheck: false,
  });
  client.on('error', () => undefined);
  await once(client, 'ready');
  return [fromIoredis(client), () => client.disconnect()];
}

import { seal } from '@secretkit/core';
import type { SecretProvider } from '@secretkit/core/provider';
import { fromNodeRedis, sharedCache } from '@secretkit/middleware/shared-cache';
import { createClient } from 'redis';
import { startRedis } from '../../../packages/middleware/test/servers.js';
import { type Ratio, ratio } from '../measure/ratio.js';
import { codecOn, type Platform } from './sealing.js';

const ref = { name: 'token' };
let seen: unknown; // so that V8 does not remove the reads

/** Returns the time of a hit of the shared cache, divided by that of a GET of the same record, for one reader. */
export async function measure(platform: Platform): Promise<Ratio> {
  const server = await startRedis();
  const client = createClient({ RESP: 3, socket: { host: server.host, port: server.port } });
  client.on('error', () => undefined); // `connect` rejects with it
  try {
    await client.connect();
    let calls = 0;
    const store: SecretProvider = {
      name: 'store',
      async get() {
        calls += 1;
        return seal('v'.repeat(1_024));
      },
    };
    const shared = sharedCache({
      client: fromNodeRedis(client),
      codec: codecOn(platform),
      principal: 'bench',
      ttlMs: 3_600_000,
    })(store);
    await shared.get(ref, {});
    const [key] = await client.keys('*');
    if (key === undefined) throw new Error('the shared cache stored no record.');
    const measured = await ratio(
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) seen = await shared.get(ref, {});
      },
      async (iterations) => {
        for (let i = 0; i < iterations; i += 1) seen = await client.get(key);
      },
      'elapsed',
    );
    if (seen === undefined || calls !== 1)
      throw new Error(`the store was called ${calls} times, expected once.`);
    return measured;
  } finally {
    client.destroy();
    await server.stop();
  }
}

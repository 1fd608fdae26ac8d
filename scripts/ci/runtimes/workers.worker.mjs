// The worker of workers.proof.mjs, written as an application writes one: all requests of an isolate share one client.
import { createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { cache } from '@secretkit/middleware/cache';
import { rateLimit } from '@secretkit/middleware/rate-limit';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';

const latencyMs = 200;
let calls = 0;

/** Each call takes a while, and returns the number of the call. */
const backend = {
  name: 'slow',
  async get() {
    calls += 1;
    const value = `v${calls}`;
    await new Promise((resolve) => setTimeout(resolve, latencyMs));
    return seal(value);
  },
};

const secrets = createSecrets(cache()(retry()(timeout({ timeoutMs: 2_000 })(backend))));
const staling = createSecrets(cache({ ttlMs: 100, staleWhileRevalidateMs: 2_000 })(backend));
const limited = createSecrets(rateLimit({ callsPerSecond: 10, burstSize: 1 })(backend));

const routes = {
  read: () => secrets.require('shared'),
  use: () => secrets.use('shared', (secret) => (secret.reveal() === 'v1' ? refuse() : secret)), // v1 was rotated
  limited: () => limited.require('shared'),
  stale: () => staling.require('shared'),
};

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    try {
      const secret = await routes[pathname.slice(1)]();
      return new Response(secret.reveal());
    } catch (error) {
      return new Response(`${error.code}: ${error.message}`, { status: 500 });
    }
  },
};

function refuse() {
  throw Object.assign(new Error('refused'), { status: 401 });
}

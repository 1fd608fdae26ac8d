import { seal } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';

const secret = seal('x');
const p = { name: 'p', get: async () => secret };
const which = process.argv[2];
const stack = { cache, retry, timeout }[which]()(p);
const ref = Object.freeze({ name: 'token' });
const ctx = { fresh: true };
for (let r = 0; r < 6; r++) {
  const cpu = process.cpuUsage();
  for (let i = 0; i < 40000; i++) await stack.get(ref, ctx);
  const u = process.cpuUsage(cpu);
  console.error(which, ((u.user + u.system) / 40000).toFixed(2), 'us cpu');
}

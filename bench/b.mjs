import { compose, createSecrets, seal } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';

const s = seal('x');
const p = { name: 'p', get: async () => s, getMany: async (refs) => refs.map(() => s) };
const c = createSecrets(compose(cache(), retry(), timeout())(p));
const names = Object.fromEntries(Array.from({ length: 10 }, (_, i) => ['n' + i, 'n' + i]));
await c.getMany(names);
for (let r = 0; r < 8; r++) {
  const cpu = process.cpuUsage();
  const N = 20000;
  for (let i = 0; i < N; i++) await c.getMany(names);
  const u = process.cpuUsage(cpu);
  console.log('getMany', ((u.user + u.system) / N).toFixed(2), 'us cpu');
}
for (let r = 0; r < 3; r++) {
  const cpu = process.cpuUsage();
  const N = 20000;
  for (let i = 0; i < N; i++) await Promise.all(Object.values(names).map((n) => c.get(n)));
  const u = process.cpuUsage(cpu);
  console.log('10 gets', ((u.user + u.system) / N).toFixed(2), 'us cpu');
}

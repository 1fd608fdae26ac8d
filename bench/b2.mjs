import { createSecrets, seal } from '@secretkit/core';
import { recommended } from '@secretkit/middleware/recommended';

let n = 0;
const p = {
  name: 'p',
  get: async () => {
    await new Promise((r) => setTimeout(r, 20));
    return seal('x');
  },
};
const c = createSecrets(recommended()(p));
for (let r = 0; r < 20; r++) {
  const cpu = process.cpuUsage();
  const a = Array.from({ length: 10000 }, () => c.get('n' + r));
  await Promise.all(a);
  const u = process.cpuUsage(cpu);
  console.log(((u.user + u.system) / 1000).toFixed(1), 'ms cpu');
}

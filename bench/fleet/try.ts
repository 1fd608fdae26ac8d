import { recommended } from '@secretkit/middleware/recommended';
import { outcomeOf } from './scenario.js';

const n = Number(process.argv[2] ?? 1000);
const extra = JSON.parse(process.argv[3] ?? '{}');
const opts = JSON.parse(process.argv[4] ?? '{}');
const show = (what: string, s: any) =>
  console.log(
    what.padEnd(20),
    'calls',
    s.calls,
    'peak',
    s.peakPerSecond,
    'mean',
    s.meanPerSecond.toFixed(2),
    '429',
    s.refused,
    'warm',
    JSON.stringify(s.warm),
    'cold',
    JSON.stringify(s.cold),
  );
const cpu = process.cpuUsage();
const o = await outcomeOf({
  name: 'x',
  processes: n,
  ...extra,
  stack: (w) => recommended({ ...w, cache: { maxEntries: 16, ...opts } }),
});
for (const k of ['deployment', 'settling', 'steady', 'trouble', 'recovery'] as const) show(k, o[k]);
console.log(
  o.warmAfterMs,
  o.stillCold,
  'cpu s',
  process.cpuUsage(cpu).user / 1e6,
  'rss',
  process.memoryUsage().rss / 1e6,
);

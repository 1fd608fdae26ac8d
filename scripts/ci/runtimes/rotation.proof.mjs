// Proves that no query fails while the password of a server rotates under load, beside what is usual today: a password that is
// read once, and one that is read for each connection. With `--small`, a few rotations; with names of servers, such as `redis`, those instead of PostgreSQL.
import { tsImport } from 'tsx/esm/api';

const full = { rotations: 20, everyMs: 3_000, workers: 50, thinkMs: 200, maxUses: 25, deadlineMs: 10_000 };
const small = { rotations: 3, everyMs: 2_000, workers: 12, thinkMs: 20, maxUses: 1, deadlineMs: 30_000 };

const servers = [
  { name: 'postgres', programs: ['initdb', 'postgres'], prover: 'provePostgres', small, atOnce: 3 },
  {
    name: 'redis',
    programs: ['redis-server'],
    prover: 'proveRedis',
    small: { ...small, workers: 4, thinkMs: 40, everyMs: 1_000 },
    atOnce: 9,
  },
];

/** Returns a row for each case and the result, or the reason why it cannot run. */
export async function prove(...flags) {
  const { isTested } = await tsImport('../../../packages/rotation/test/server-process.ts', import.meta.url);
  const named = servers.filter(({ name }) => flags.includes(name));
  const chosen = (named.length > 0 ? named : servers.slice(0, 1)).filter(({ programs }) =>
    isTested(...programs),
  );
  if (chosen.length === 0) return { missing: 'none of its servers is installed.' };
  const results = [];
  for (const { name, prover, small: smallSize, atOnce } of chosen) {
    const proof = await tsImport(`../../../packages/rotation/test/proof/${name}-proof.ts`, import.meta.url);
    const result = await proof[prover](flags.includes('--small') ? smallSize : full, atOnce);
    results.push({ name, ...result });
  }
  return {
    rows: results.flatMap(({ rows }) => rows),
    passed: results.every(({ passed }) => passed),
    figures: results.map(figuresOf).join('\n'),
  };
}

function figuresOf({ name, own, killed, practice, restarted, closed, least, isVoid }) {
  const sum = (of, column) => of.reduce((total, row) => total + row[column], 0);
  const refused = [...killed, ...restarted].reduce((total, row) => total + row.refused, 0);
  return (
    `${name}: ${sum(own, 'failed')} of ${sum(own, 'queries')} queries failed in ${own.length} cases with at least ${least} connections each` +
    `${isVoid ? ' (the run is void)' : ''}; of today's practice beside it ${sum(practice, 'failed')} of ${sum(practice, 'queries')}; ` +
    `restarts and killed connections failed ${sum([...killed, ...restarted], 'failed')}, ${refused} by a refused login; ` +
    `closed under load in ${Math.max(...closed.map(({ settledMs }) => settledMs))} ms, ${sum(closed, 'left')} connections left`
  );
}

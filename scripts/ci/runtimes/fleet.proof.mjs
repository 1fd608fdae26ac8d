// Proves what the shared cache promises to a fleet: one store call for each secret, no failed start, nothing worse than without it
// while Redis is down, and no value in a dump. With `--small`, for CI: 300 simulated processes, and six real ones.
import { tsImport } from 'tsx/esm/api';

const small = { simulated: 300, twins: 100, unreachable: 100, real: 6, pauseMs: 300 };
const full = { simulated: 10_000, twins: 10_000, unreachable: 1_000, real: 30, pauseMs: 1_500 };

/** Returns a row for each part and the result, or the reason why it cannot run. */
export async function prove(...flags) {
  const load = (file) => tsImport(`../../../packages/middleware/test/${file}`, import.meta.url);
  const { isTested } = await load('servers.ts');
  if (!isTested('redis-server')) return { missing: 'Redis is not installed.' };
  process.removeAllListeners('warning'); // each simulated process warns that Redis is down
  const { proveFleet } = await load('proof/fleet-proof.ts');
  const rows = await proveFleet(flags.includes('--small') ? small : full);
  const wrong = rows.reduce((sum, row) => sum + row.wrong, 0);
  const [healthy] = rows;
  const real = rows.at(-1);
  const figures =
    `${healthy.processes} processes start with ${healthy['store calls']} store calls and ${healthy.failed} failures; ` +
    `${real.processes} real processes under faults: ${real.figures}`;
  return {
    rows,
    passed: wrong === 0,
    figures: wrong === 0 ? figures : `${wrong} results are wrong, see the table`,
  };
}

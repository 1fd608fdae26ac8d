import { runProcesses } from './fleet-processes.js';
import { type FleetResult, type FleetScenario, simulate } from './fleet-simulation.js';

export interface Size {
  /** Simulated processes. */
  readonly simulated: number;
  /** Simulated processes of the runs without a shared cache, each of which is thousands of calls. */
  readonly twins: number;
  /** Those of the run that never reaches Redis: each reads everything twice from the store. */
  readonly unreachable: number;
  readonly real: number;
  /** How long each fault lasts, in milliseconds. */
  readonly pauseMs: number;
}

/** One line of the table. */
export interface Row {
  readonly proof: string;
  readonly processes: number;
  readonly 'store calls': number;
  readonly failed: number;
  readonly wrong: number;
  readonly figures: string;
}

/** The most that Redis may add to the first read of a process, and to any other, in milliseconds. */
const connectMs = 10_000; // the default
const maxAddedMs = 60;

/** Runs every part, and returns a row for each. `wrong` must be 0 everywhere. */
export async function proveFleet({
  simulated,
  twins,
  unreachable,
  real,
  pauseMs,
}: Size): Promise<readonly Row[]> {
  const healthy: FleetScenario = {
    processes: simulated,
    isShared: true,
    storeMs: 120,
    deaths: 0,
    redisDiesAtMs: undefined,
  };
  const rows: Row[] = [];
  const begin = (what: string): void => void process.stderr.write(`${what} …\n`); // a whole run takes minutes
  for (const [name, change] of [
    ['the store takes 120 ms', {}],
    ['three holders die', { deaths: 3 }],
    ['the store takes 6 s', { storeMs: 6_000 }],
  ] as const) {
    const scenario = { ...healthy, ...change };
    begin(name);
    const result = await simulate(scenario);
    const isAtMostOne = result.calls <= 10 + result.lostLeases && result.peakPerSecond <= 10;
    const wrong = result.failed + result.heldFailed + Number(!isAtMostOne);
    rows.push(rowOf(`${name}; p99 beside a read of ${scenario.storeMs} ms`, scenario, result, wrong));
  }

  begin('Redis dies');
  const dying = { ...healthy, processes: twins, redisDiesAtMs: 500 };
  const without = { ...healthy, processes: twins, isShared: false };
  const [result, twin] = [await simulate(dying), await simulate(without)];
  const isWithin = result.failed <= twin.failed * 1.05 && result.calls <= twin.calls * 1.05;
  const wrong = result.heldFailed + Number(!isWithin) + Number(result.addedMs > maxAddedMs);
  rows.push(rowOf('its twin without a shared cache', without, twin, 0));
  rows.push(
    rowOf(`Redis dies after 0.5 s; adds ${result.addedMs} ms to a read at most`, dying, result, wrong),
  );

  begin('Redis is never reached');
  const unreached = { ...healthy, processes: unreachable, isUnreachable: true };
  const around = await simulate(unreached);
  const isAroundInTime = around.addedMs <= connectMs && around.laterAddedMs <= maxAddedMs;
  const title = `Redis is never reached; adds ${around.addedMs} ms to a first read, ${around.laterAddedMs} ms to a later one`;
  rows.push(rowOf(title, unreached, around, Number(!isAroundInTime)));

  begin('real processes');
  const run = await runProcesses(real, pauseMs);
  const bad = run.failed + run.tooOld + run.unhandled + run.outstanding + run.shown;
  rows.push({
    proof: `real processes, ${run.faults} faults of Redis, ${run.killed} killed`,
    processes: run.processes,
    'store calls': run.storeCalls,
    failed: run.failed,
    wrong: bad + Number(!run.canFind) + Number(run.hits === 0) + Number(run.outages === 0),
    figures:
      `${run.reads} reads, ${run.tooOld} past their bounds; ${run.unhandled} unhandled rejections; ${run.outstanding} commands ` +
      `outstanding; ${run.shown} of ${run.dumps} dumps show a value; ${run.hits} shared hits, ${run.outages} outages seen`,
  });
  return rows;
}

function rowOf(proof: string, { processes }: FleetScenario, result: FleetResult, wrong: number): Row {
  return {
    proof,
    processes,
    'store calls': result.calls,
    failed: result.failed,
    wrong,
    figures:
      `start ${result.medianMs} ms at the median, ${result.p99Ms} ms at p99; at most ${result.peakPerSecond} calls a second; ` +
      `${result.lostLeases} holders died; ${result.heldFailed} of ${result.heldReads} later reads failed`,
  };
}

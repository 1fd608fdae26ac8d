/** Runs the measured operation `iterations` times. */
export type Workload = (iterations: number) => Promise<void>;

/** The time of one workload divided by that of another. */
export interface Ratio {
  readonly median: number;
  readonly quartiles: readonly [number, number];
}

/** `cpu`: of this process and all its threads. `elapsed`: with the waits for a server or for the thread pool. */
export type Clock = 'cpu' | 'elapsed';

const sliceMs = 2;
const pairs = 200;
const warmUpMs = 100;

/**
 * Returns the ratio of the time of `measured` to that of `reference`, per iteration.
 *
 * The speed of a machine drifts within minutes, so only measurements of the same moment are comparable. The two workloads
 * therefore alternate in short slices, and the result is the median of the ratios of adjacent slices. CPU time excludes
 * other processes on the machine; where a workload waits, only the elapsed time shows it.
 */
export async function ratio(measured: Workload, reference: Workload, clock: Clock = 'cpu'): Promise<Ratio> {
  const nsEach = nsBy[clock];
  const measuredIterations = await iterationsIn(sliceMs, measured, nsEach);
  const referenceIterations = await iterationsIn(sliceMs, reference, nsEach);
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const measuredFirst = pair % 2 === 0; // so that the order of the two does not count
    const one = measuredFirst
      ? await nsEach(measured, measuredIterations)
      : await nsEach(reference, referenceIterations);
    const other = measuredFirst
      ? await nsEach(reference, referenceIterations)
      : await nsEach(measured, measuredIterations);
    ratios.push(measuredFirst ? one / other : other / one);
  }
  ratios.sort((a, b) => a - b);
  const quantile = (fraction: number): number => ratios[Math.floor(fraction * (pairs - 1))] ?? Number.NaN;
  return { median: quantile(0.5), quartiles: [quantile(0.25), quantile(0.75)] };
}

/** Shows the quartiles in a table. */
export function spread({ quartiles: [low, high] }: Ratio): string {
  return `${low.toFixed(2)} … ${high.toFixed(2)}`;
}

type NsEach = (workload: Workload, iterations: number) => Promise<number>;

/** Returns the number of iterations that take about `ms` milliseconds, after a warm-up. */
async function iterationsIn(ms: number, workload: Workload, nsEach: NsEach): Promise<number> {
  for (let spentNs = 0; spentNs < warmUpMs * 1e6; ) spentNs += 500 * (await nsEach(workload, 500));
  return Math.max(5, Math.round((ms * 1e6) / (await nsEach(workload, 1_000))));
}

const nsBy: Readonly<Record<Clock, NsEach>> = {
  async cpu(workload, iterations) {
    const before = process.cpuUsage();
    await workload(iterations);
    const { user, system } = process.cpuUsage(before);
    return ((user + system) * 1_000) / iterations;
  },
  async elapsed(workload, iterations) {
    const before = performance.now();
    await workload(iterations);
    return ((performance.now() - before) * 1e6) / iterations;
  },
};

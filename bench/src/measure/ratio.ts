/** Something to be measured: does its work so many times. */
export type Contestant = (times: number) => Promise<void>;

/** How long one takes in proportion to another. */
export interface Ratio {
  readonly median: number;
  /** The middle half of the pairs lies between these. */
  readonly quartiles: readonly [number, number];
}

const sliceMs = 2;
const pairs = 200;
const warmUpMs = 100;

/**
 * The speed of a machine drifts, by much and within minutes; only what is measured at the same time can be compared. So
 * short slices of the two take turns, and the ratio is the median of those of neighbours. What is counted is the time of
 * the processor: what else runs on the machine is not in it.
 */
export async function ratio(measured: Contestant, unit: Contestant): Promise<Ratio> {
  const [timesMeasured, timesUnit] = [await timesIn(sliceMs, measured), await timesIn(sliceMs, unit)];
  const ratios: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    const first = pair % 2 === 0; // neither always comes first
    const one = first ? await nsEach(measured, timesMeasured) : await nsEach(unit, timesUnit);
    const other = first ? await nsEach(unit, timesUnit) : await nsEach(measured, timesMeasured);
    ratios.push(first ? one / other : other / one);
  }
  ratios.sort((a, b) => a - b);
  const at = (part: number): number => ratios[Math.floor(part * (pairs - 1))] ?? Number.NaN;
  return { median: at(0.5), quartiles: [at(0.25), at(0.75)] };
}

/** How many times fit into so many milliseconds, after a warm-up. */
async function timesIn(ms: number, contestant: Contestant): Promise<number> {
  for (let spent = 0; spent < warmUpMs * 1e6; ) spent += 500 * (await nsEach(contestant, 500));
  return Math.max(5, Math.round((ms * 1e6) / (await nsEach(contestant, 1_000))));
}

async function nsEach(contestant: Contestant, times: number): Promise<number> {
  const before = process.cpuUsage();
  await contestant(times);
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / times;
}

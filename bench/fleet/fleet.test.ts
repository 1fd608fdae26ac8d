import { describe, expect, it } from 'vitest';
import { type Outcome, outcomeOf } from './scenario.js';
import { scenario } from './scenarios.js';

// The numbers are those of one seed, and the same on every machine; a change of defaults that costs more fails here.
describe('a fleet with ten secrets of one scope, under the defaults', () => {
  it.each([
    { processes: 100, troubleCalls: 500, peak: 6 },
    { processes: 1_000, troubleCalls: 5_000, peak: 24 },
  ])('of $processes processes survives ten minutes of outage', { timeout: 60_000 }, async (expected) => {
    const outcome = await outcomeOf({
      ...scenario(expected.processes, 'defaults'),
      readEveryMs: 30_000,
      restMs: 300_000,
    });
    const { steady, trouble, recovery, stillCold } = outcome;
    expect(stillCold).toBe(0);
    expect([trouble.warm, trouble.cold].map(({ failed }) => failed)).toEqual([0, 0]);
    expect(trouble.calls).toBeGreaterThan(expected.processes); // they do ask
    expect(trouble.calls).toBeLessThanOrEqual(expected.troubleCalls);
    expect(steady.peakPerSecond).toBeLessThanOrEqual(expected.peak);
    expect(recovery.peakPerSecond).toBeLessThanOrEqual(expected.peak);
  });

  it('comes to the same each time', { timeout: 60_000 }, async () => {
    const [one, other] = [await run(7), await run(7)];
    expect(one).toEqual(other);
    expect(one).not.toEqual(await run(8));
  });
});

function run(seed: number): Promise<Outcome> {
  return outcomeOf({ ...scenario(20, 'defaults'), readEveryMs: 30_000 }, seed);
}

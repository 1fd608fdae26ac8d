import { describe, expect, it } from 'vitest';
import { type Outcome, outcomeOf } from './scenario.js';
import { scenario } from './scenarios.js';

// One seed gives the same numbers on every machine, so a change of defaults that costs more fails here.
describe('a fleet with ten secrets of one scope and the default options', () => {
  it.each([
    { processes: 100, incidentCalls: 500, peak: 6 },
    { processes: 1_000, incidentCalls: 5_000, peak: 24 },
  ])(
    'of $processes processes serves every read in an outage of ten minutes',
    { timeout: 60_000 },
    async (expected) => {
      const outcome = await outcomeOf({
        ...scenario(expected.processes, 'defaults'),
        readEveryMs: 30_000,
        phaseMs: 300_000,
      });
      const { steady, incident, recovery, stillCold } = outcome;
      expect(stillCold).toBe(0);
      expect([incident.warm, incident.cold].map(({ failed }) => failed)).toEqual([0, 0]);
      expect(incident.calls).toBeGreaterThan(expected.processes); // the processes do send requests
      expect(incident.calls).toBeLessThanOrEqual(expected.incidentCalls);
      expect(steady.peakPerSecond).toBeLessThanOrEqual(expected.peak);
      expect(recovery.peakPerSecond).toBeLessThanOrEqual(expected.peak);
    },
  );

  it('gives the same numbers for the same seed', { timeout: 60_000 }, async () => {
    const [one, other] = [await run(7), await run(7)];
    expect(one).toEqual(other);
    expect(one).not.toEqual(await run(8));
  });
});

it('refuses an unknown scenario and lists the known ones', () => {
  expect(() => scenario(1, 'default')).toThrow(/unknown scenario "default".*defaults/);
});

function run(seed: number): Promise<Outcome> {
  return outcomeOf({ ...scenario(20, 'defaults'), readEveryMs: 30_000 }, seed);
}

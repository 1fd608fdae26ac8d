import assert from 'node:assert/strict';
import { errorRules, type SecretErrorCode } from '@secretkit/core/provider';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { Outcome } from '../../test/interleaved-backend.js';
import { play, refs, type Step, targets } from '../../test/interleavings.js';
import { manualTimers } from '../../test/manual-timers.js';

const soak = Number(process.env['SECRETKIT_SOAK'] ?? 1); // multiplies the number of runs
const seed = soak > 1 ? Date.now() % 2 ** 31 : 20_261_124;

const anyRef = fc.nat(refs.length - 1);
const ref = fc.oneof(fc.constant(0), anyRef); // many steps on one secret find more faults
const codes = Object.keys(errorRules) as SecretErrorCode[]; // Object.keys() returns string[]
const act = <A extends Step['act']>(...names: [A, ...A[]]): fc.Arbitrary<A> => fc.constantFrom(...names);
const of = <T>(weight: number, arbitrary: fc.Arbitrary<T>) => ({ weight, arbitrary });

const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  of(
    6,
    fc.record({
      value: fc.constantFrom('new', 'new', 'same'),
      lifeMs: fc.constantFrom(undefined, undefined, -5, 0, 300, 1_000, 5_000, 20_000),
      refreshMs: fc.constantFrom(undefined, undefined, undefined, -300, 0, 300, 1_500, 9_000),
      ageMs: fc.constantFrom(undefined, undefined, undefined, -500, 0, 700, 2_500, 9_000),
      stale: fc.option(
        fc.record({
          forMs: fc.constantFrom(0, 100, 2_000, 7_000),
          boundMs: fc.constantFrom(undefined, 0, 200, 1_000, 4_000),
        }),
        { nil: undefined, freq: 5 },
      ),
    }),
  ),
  of(1, fc.constant('missing')),
  of(
    4,
    fc.record({
      code: fc.oneof(
        fc.constantFrom('unavailable', 'unavailable', 'unavailable', 'permission_denied', 'unknown'),
        fc.constantFrom(...codes),
      ),
      retryAfterMs: fc.constantFrom(undefined, undefined, 0, 200, 3_000, 1e15),
    }),
  ),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  of(
    8,
    fc.record({
      act: act('read'),
      ref,
      how: fc.constantFrom('plain', 'plain', 'plain', 'by name', 'fresh', 'young'),
      times: fc.constantFrom(1, 1, 2),
    }),
  ),
  of(
    4,
    fc.record({
      act: act('batch'),
      refs: fc.oneof(fc.array(fc.nat(1), { minLength: 1, maxLength: 3 }), fc.tuple(anyRef)), // of one scope
      fresh: fc.constantFrom(false, false, true),
      maxAgeMs: fc.constantFrom(undefined, undefined, undefined, 0, 700, 2_000),
      forMs: fc.option(fc.constantFrom(-1, 0, 1, 300, 3_000), { nil: undefined, freq: 3 }),
    }),
  ),
  of(
    9,
    fc.record({
      act: act('answer'),
      call: fc.nat(3),
      outcomes: fc.tuple(outcome, outcome),
      whole: fc.boolean(),
    }),
  ),
  of(
    6,
    fc.record({
      act: act('tick'),
      ms: fc.constantFrom(1, 99, 100, 199, 300, 700, 1_500, 3_000, 3_000, 9_000),
    }),
  ),
  of(1, fc.record({ act: act('tick'), ms: fc.constantFrom(30_000, 59_999, 60_000) })),
  of(1, fc.record({ act: act('tick'), ms: fc.constantFrom(-1, -999, -1_000, -1_001, -60_000) })),
  of(
    2,
    fc.record({
      act: act('abort'),
      reader: fc.nat(5),
      reason: fc.constantFrom<unknown>(undefined, null, 'enough', 0, { of: 'a caller' }),
      again: fc.boolean(),
    }),
  ),
  of(2, fc.record({ act: act('peek', 'set', 'delete'), ref })),
  of(
    1,
    fc.record({
      act: act('written'),
      write: fc.nat(3),
      failure: fc.option(fc.constantFrom(...codes), { freq: 2, nil: undefined }),
    }),
  ),
  of(1, fc.record({ act: act('invalidate', 'report invalidate'), target: fc.nat(targets.length - 1) })),
  of(
    1,
    fc.record({
      act: act('report'),
      ref,
      value: fc.constantFrom('new', 'same'),
      lifeMs: fc.constantFrom(undefined, 0, 300, 5_000),
    }),
  ),
);

/** A batch whose early answer may expire while it waits for a slow one. The other steps rarely make one. */
const waitingBatch: fc.Arbitrary<Step[]> = fc
  .record({
    lifeMs: fc.constantFrom(300, 1_000),
    waitMs: fc.constantFrom(1, 300, 999, 1_000, 3_000),
    forMs: fc.option(fc.constantFrom(300, 1_000, 3_000), { nil: undefined }),
    fresh: fc.constantFrom(false, false, true),
    between: fc.array(step, { maxLength: 2 }),
    last: outcome,
  })
  .map(({ lifeMs, waitMs, forMs, fresh, between, last }): Step[] => {
    const early = { value: 'new', lifeMs } as const;
    return [
      { act: 'invalidate', target: 0 },
      { act: 'read', ref: 1, how: fresh ? 'fresh' : 'plain', times: 1 },
      { act: 'batch', refs: [0, 1], fresh, forMs },
      { act: 'answer', call: -1, outcomes: [early, early], whole: false },
      ...between,
      { act: 'tick', ms: waitMs },
      { act: 'answer', call: -1, outcomes: [last, last], whole: false },
      { act: 'answer', call: -1, outcomes: [early, last], whole: false },
    ];
  });

/** A cache further in that gives the same stale value again and again: each time the cooldown grows. */
const staleAgain: fc.Arbitrary<Step[]> = fc
  .record({
    rounds: fc.integer({ min: 2, max: 6 }),
    waitMs: fc.constantFrom(100, 199, 200, 400, 1_000),
    lastMs: fc.constantFrom(99, 150, 199, 300, 799, 999),
    forMs: fc.constantFrom(0, 1_000),
    between: fc.array(step, { maxLength: 1 }),
  })
  .map(({ rounds, waitMs, lastMs, forMs, between }): Step[] => {
    const stale = { value: 'same', lifeMs: undefined, stale: { forMs, boundMs: undefined } } as const;
    const read = { act: 'read', ref: 0, how: 'plain', times: 1 } as const;
    const round: readonly Step[] = [
      read,
      { act: 'answer', call: -1, outcomes: [stale, stale], whole: false },
      { act: 'tick', ms: waitMs },
    ];
    const again = Array.from({ length: rounds }, () => round).flat();
    return [{ act: 'invalidate', target: 0 }, ...again, ...between, { act: 'tick', ms: lastMs }, read];
  });

/** The same with one in between that is too old to be served: the outage goes on. */
const tooOldInBetween: Step[] = (() => {
  const read = { act: 'read', ref: 0, how: 'plain', times: 1 } as const;
  const round = (forMs: number): readonly Step[] => {
    const stale = { value: 'same', lifeMs: undefined, stale: { forMs, boundMs: undefined } } as const;
    return [read, { act: 'answer', call: -1, outcomes: [stale, stale], whole: false }];
  };
  const wait = { act: 'tick', ms: 1_000 } as const;
  return [...round(0), wait, ...round(0), wait, ...round(7_000), ...round(0), { act: 'tick', ms: 199 }, read];
})();

const steps = fc
  .array(
    fc.oneof(
      of(
        20,
        step.map((each) => [each]),
      ),
      of(1, waitingBatch),
      of(1, staleAgain),
    ),
    { maxLength: 60, size: 'max' },
  )
  .map((all) => all.flat());

// The runtimes run this file too, each with its own test runner: it uses nothing of vitest but `describe` and `it`.
describe('any interleaving of reads, batches, writes, reports, invalidations, aborts, failures and clock jumps', () => {
  it('has the results of the model', { timeout: 120_000 * Math.max(1, soak) }, async () => {
    const numRuns = soak > 1 ? 1_000 * soak : 3_000 * soak;
    console.log(`Interleavings of the cache: ${numRuns} runs, seed ${seed}`);
    const { stackTraceLimit } = Error;
    const timers = manualTimers();
    Error.stackTraceLimit = 0; // this makes many errors, and nobody reads their stacks
    try {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          assert.deepEqual(await play(all, timers), []);
        }),
        { numRuns, seed, examples: [[tooOldInBetween]] },
      );
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
      timers.restore();
    }
  });
});

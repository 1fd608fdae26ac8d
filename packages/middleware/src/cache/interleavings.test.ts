import { errorRules, type SecretErrorCode } from '@secretkit/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { play, refs, type Step } from './interleavings.test-support.js';

const soak = Number(process.env['SECRETKIT_SOAK'] ?? 1); // how many times as many runs

const ref = fc.nat(refs.length - 1);
const call = fc.nat(3);
const codes = Object.keys(errorRules) as SecretErrorCode[]; // keys() forgets the names

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ act: fc.constant('read'), ref, fresh: fc.boolean(), deadlineMs: fc.nat() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('read'),
      ref: fc.constant(0),
      fresh: fc.constant(false),
      deadlineMs: fc.nat(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant('batch'), refs: fc.uniqueArray(ref, { minLength: 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom('write', 'delete'), ref, fails: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('invalidate'), ref: fc.oneof(ref, fc.constant('all')) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant('answer'),
      call,
      lifeMs: fc.constantFrom(0, 300, 1_000, 5_000, 20_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('miss'), call }) },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant('fail'), call, code: fc.constantFrom('unavailable', ...codes) }),
  },
  { weight: 2, arbitrary: fc.record({ act: fc.constant('abort'), reader: fc.nat(20) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant('tick'),
      ms: fc.constantFrom(1, 100, 299, 700, 1_500, 4_000, 9_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant('tick'), ms: fc.constantFrom(-1, -999, -1_001, -60_000) }),
  },
); // records of constants widen

describe('any interleaving of reads, batches, writes, invalidations, aborts, failures and clock jumps', () => {
  it('breaks no law of the cache', { timeout: 120_000 * soak }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        expect(await play(steps)).toEqual([]);
      }),
      { numRuns: soak > 1 ? 1_000 * soak : 5_000 * soak, ...(soak <= 1 && { seed: 20_261_124 }) },
    );
  });
});

import { SecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { testOf } from './conformance-test.js';
import { ConformanceFailure } from './failure.js';
import { LeakFound } from './leaks/leak-found.js';

const failing = (error: unknown) =>
  testOf(
    {
      id: 'area/case',
      title: 'a sentence',
      why: 'a reason',
      run: () => Promise.reject(error),
    },
    (run) => run(undefined),
    'kind/',
  );

describe('a test that fails reports the expectation, the result and the reason', () => {
  it.each<[string, unknown, RegExp]>([
    ['of its case', new ConformanceFailure('one', 'two'), /: expected one, got two\. Reason: a reason\.$/],
    ['of a leak', new LeakFound('JSON.stringify()'), /: .* JSON\.stringify\(\)\. Reason: a reason\.$/],
    [
      'of a coded error',
      new SecretError('unavailable', 'try again.'),
      /got the error unavailable: try again\. Reason/,
    ],
    [
      'of a class',
      new RangeError('CANARY'),
      /got an error of class RangeError, thrown at .*\. Reason: a reason\.$/,
    ],
    [
      'without a stack',
      Object.assign(new Error('CANARY'), { stack: undefined }),
      /got an error of class Error, thrown \./,
    ],
    ['that is not an error', 'CANARY', /got an error of class string, thrown \./],
  ])('%s', async (_, error, message) => {
    const test = failing(error);
    expect([test.id, test.title]).toEqual(['kind/area/case', 'a sentence']);
    await expect(test.run()).rejects.toThrow(message);
    await expect(test.run()).rejects.toThrow(/^\[kind\/area\/case\] a sentence: /);
    await expect(test.run()).rejects.not.toThrow(/CANARY/);
  });
});

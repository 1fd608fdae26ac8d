import { SecretError } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { ConformanceFailure } from './failure.js';
import { LeakFound } from './leaks/leak-found.js';
import { trialOf } from './trial.js';

const failing = (error: unknown) =>
  trialOf(
    {
      id: 'area/case',
      title: 'a sentence',
      why: 'a reason',
      run: () => Promise.reject(error),
    },
    (run) => run(undefined),
    'kind/',
  );

describe('a trial that fails says what was expected, what came, and why it matters', () => {
  it.each<[string, unknown, RegExp]>([
    [
      'of its case',
      new ConformanceFailure('one', 'two'),
      /: expected one; came two\. It matters: a reason\.$/,
    ],
    [
      'of a leak',
      new LeakFound('JSON.stringify()'),
      /: a value .* seen in JSON\.stringify\(\)\. It matters: a reason\.$/,
    ],
    [
      'of a coded error',
      new SecretError('unavailable', 'try again.'),
      /came the error unavailable: try again\. It matters/,
    ],
    [
      'of a class',
      new RangeError('CANARY'),
      /came one of class RangeError, thrown at .*\. It matters: a reason\.$/,
    ],
    [
      'without a stack',
      Object.assign(new Error('CANARY'), { stack: undefined }),
      /came one of class Error, thrown \./,
    ],
    ['that is none', 'CANARY', /came one of class string, thrown \./],
  ])('%s', async (_, error, message) => {
    const trial = failing(error);
    expect([trial.id, trial.title]).toEqual(['kind/area/case', 'a sentence']);
    await expect(trial.run()).rejects.toThrow(message);
    await expect(trial.run()).rejects.toThrow(/^\[kind\/area\/case\] a sentence: /);
    await expect(trial.run()).rejects.not.toThrow(/CANARY/);
  });
});

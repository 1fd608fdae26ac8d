import { SecretError, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { expectCode, expectMissing, expectReason, expectValue, outcomeOf } from './outcome.js';

const value = 'CANARY-value';

describe('a call with another outcome', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'another value of the same length',
      async () => seal('CANARY-valve'),
      'another value, different from character 10 on',
    ],
    ['a longer value', async () => seal('CANARY-value-and-more'), 'another value, of 21 characters'],
    ['nothing', async () => undefined, 'undefined'],
    ['an error', () => Promise.reject(new SecretError('unavailable', 'try again.')), 'the error unavailable'],
    ['a foreign error', () => Promise.reject(new Error(value)), 'a rejection that is not a SecretError'],
    ['a bare value', async () => value, 'an answer that is not a sealed string'],
    [
      'a parsed value',
      async () => seal(value).map((text) => ({ text })),
      'an answer that is not a sealed string',
    ],
  ])('%s', async (_, call, got) => {
    await expect(expectValue(call, value)).rejects.toThrow(
      `expected the stored value of 12 characters, got ${got}`,
    );
  });

  it('is reported for a miss, a code and a reason too', async () => {
    await expect(expectMissing(async () => seal(value))).rejects.toThrow('got a value of 12 characters');
    await expect(expectCode(async () => undefined, 'unavailable', 'timeout')).rejects.toThrow(
      'expected the error unavailable or timeout, got undefined',
    );
    await expect(expectReason(() => Promise.reject(new Error('other')), null)).rejects.toThrow(/own reason/);
    await expect(expectReason(async () => undefined, null)).rejects.toThrow(/own reason/);
  });

  it('is reported for a call that never settles', async () => {
    await expect(outcomeOf(() => new Promise(() => undefined), 10)).rejects.toThrow(/no result within 10 ms/);
  });
});

import { SecretError, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { expectCode, expectMissing, expectReason, expectValue, outcomeOf } from './outcome.js';

const value = 'CANARY-value';

describe('a call that came to something else', () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'another value of the same length',
      async () => seal('CANARY-valve'),
      'another one, different from character 10 on',
    ],
    ['a longer value', async () => seal('CANARY-value-and-more'), 'another one, of 21 characters'],
    ['nothing', async () => undefined, 'undefined'],
    ['an error', () => Promise.reject(new SecretError('unavailable', 'try again.')), 'the error unavailable'],
    ['a foreign error', () => Promise.reject(new Error(value)), 'a rejection that is no SecretError'],
    ['a bare value', async () => value, 'an answer'],
    ['a parsed value', async () => seal(value).map((text) => ({ text })), 'an answer'],
  ])('%s', async (_, call, came) => {
    await expect(expectValue(call, value)).rejects.toThrow(
      `expected the value of 12 characters that is there; came ${came}`,
    );
  });

  it('is told of a miss, a code and a reason too', async () => {
    await expect(expectMissing(async () => seal(value))).rejects.toThrow('came a value of 12 characters');
    await expect(expectCode(async () => undefined, 'unavailable', 'timeout')).rejects.toThrow(
      'expected the error unavailable or timeout; came undefined',
    );
    await expect(expectReason(() => Promise.reject(new Error('other')), null)).rejects.toThrow(/own reason/);
    await expect(expectReason(async () => undefined, null)).rejects.toThrow(/own reason/);
  });

  it('is told of one that never settles', async () => {
    await expect(outcomeOf(() => new Promise(() => undefined), 10)).rejects.toThrow(
      'expected an end; came none',
    );
  });
});

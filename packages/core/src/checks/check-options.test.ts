import { describe, expect, it } from 'vitest';
import { checkNumber, checkOptions, maxDelayMs } from './check-options.js';

describe('options', () => {
  it.each([{}, { ttlMs: 5 }, { ttlMs: undefined }])('that are known pass: %j', (options) => {
    expect(() => checkOptions('cache', options, ['ttlMs', 'now'])).not.toThrow();
  });

  it.each([
    [undefined, 'cache takes an object of options: ttlMs, now.'],
    [null, 'cache takes an object of options: ttlMs, now.'],
    [5, 'cache takes an object of options: ttlMs, now.'],
    [[], 'cache takes an object of options: ttlMs, now.'],
    [{ ttl: 5 }, 'cache has no option "ttl". It has ttlMs, now.'],
  ])('that are not are refused, and those that are named: %j', (options, message) => {
    expect(() => checkOptions('cache', options, ['ttlMs', 'now'])).toThrow(new TypeError(message));
  });
});

describe('a number', () => {
  const range = { min: 1, max: maxDelayMs };

  it.each([1, 1.5, maxDelayMs])('within its range passes: %s', (value) => {
    expect(() => checkNumber('cache', 'ttlMs', value, range)).not.toThrow();
  });

  it.each([0, -1, maxDelayMs + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'out of it is refused: %s',
    (value) => {
      const message = `cache: ttlMs is a number from 1 to 2147483647; it was ${value}.`;
      expect(() => checkNumber('cache', 'ttlMs', value, range)).toThrow(new RangeError(message));
    },
  );

  it.each([
    ['5', 'string'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('is not %j', (value, kind) => {
    const message = `cache: ttlMs is a number from 1 to 2147483647, not ${kind}.`;
    expect(() => checkNumber('cache', 'ttlMs', value, range)).toThrow(new TypeError(message));
  });

  it('that must be whole is whole', () => {
    expect(() => checkNumber('cache', 'maxEntries', 1.5, { min: 1, max: 9, whole: true })).toThrow(
      RangeError,
    );
    expect(() => checkNumber('cache', 'maxEntries', 2, { min: 1, max: 9, whole: true })).not.toThrow();
  });
});

describe('a function', () => {
  it('is one, or is not given', () => {
    expect(() => checkFunction('cache', 'now', undefined)).not.toThrow();
    expect(() => checkFunction('cache', 'now', Date.now)).not.toThrow();
    expect(() => checkFunction('cache', 'now', 5)).toThrow(
      new TypeError('cache: now is a function, not number.'),
    );
    expect(() => checkFunction('cache', 'now', null)).toThrow(
      new TypeError('cache: now is a function, not null.'),
    );
  });
});

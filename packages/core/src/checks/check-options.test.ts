import { describe, expect, it } from 'vitest';
import { checkNumber, checkOptions, maxDelayMs, unknownKey, urlParameters } from './check-options.js';

describe('checkOptions', () => {
  it.each([{}, { ttlMs: 5 }, { ttlMs: undefined }])('accepts known options: %j', (options) => {
    expect(() => checkOptions('cache', options, ['ttlMs', 'now'])).not.toThrow();
  });

  it.each([
    [undefined, 'got undefined'],
    [null, 'got null'],
    [5, 'got number'],
    [[], 'got an array'],
    [{ get: () => undefined }, 'got a provider'],
    [{ ttl: 5 }, 'unknown option "ttl"'],
  ])('refuses anything else, and names the known options: %j', (options, problem) => {
    const check = () => checkOptions('cache', options, ['ttlMs', 'now']);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(problem);
    expect(check).toThrow(/^cache: .* Known options: ttlMs, now\.$/);
  });
});

describe('checkNumber', () => {
  const range = { min: 1, max: maxDelayMs };

  it.each([1, 1.5, maxDelayMs])('accepts a number within the range: %s', (value) => {
    expect(() => checkNumber('cache', 'ttlMs', value, range)).not.toThrow();
  });

  it.each([0, -1, maxDelayMs + 1, Number.NaN, Number.POSITIVE_INFINITY])(
    'refuses a number out of range: %s',
    (value) => {
      const message = `cache: ttlMs must be a number between 1 and 2147483647, got ${value}.`;
      expect(() => checkNumber('cache', 'ttlMs', value, range)).toThrow(new RangeError(message));
    },
  );

  it.each([
    ['5', 'string'],
    [null, 'null'],
    [undefined, 'undefined'],
  ])('refuses %j', (value, kind) => {
    const message = `cache: ttlMs must be a number between 1 and 2147483647, got ${kind}.`;
    expect(() => checkNumber('cache', 'ttlMs', value, range)).toThrow(new TypeError(message));
  });

  it('refuses a fraction where the number must be whole', () => {
    expect(() => checkNumber('cache', 'maxEntries', 1.5, { min: 1, max: 9, whole: true })).toThrow(
      RangeError,
    );
    expect(() => checkNumber('cache', 'maxEntries', 2, { min: 1, max: 9, whole: true })).not.toThrow();
  });
});

describe('unknownKey', () => {
  it('returns a sentence about the first key that is not known', () => {
    expect(unknownKey({ ttlMs: 1, ttl: 1, tl: 1 }, ['ttlMs', 'now'])).toBe(
      'unknown option "ttl". Known options: ttlMs, now.',
    );
    expect(unknownKey({ acount: 1 }, ['account'], 'field')).toBe(
      'unknown field "acount". Known fields: account.',
    );
    expect(unknownKey({ any: 1 }, [])).toBe('unknown option "any". There are no options.');
  });

  it('returns undefined if all keys are known', () => {
    expect(unknownKey({ ttlMs: 1 }, ['ttlMs', 'now'])).toBeUndefined();
  });

  it('shortens a long key', () => {
    expect(unknownKey({ ['x'.repeat(60)]: 1 }, ['a'])).toBe(
      `unknown option "${'x'.repeat(50)}". Known options: a.`,
    );
  });
});

describe('urlParameters', () => {
  const parse = (url: string) => urlParameters(new URL(url), ['prefix', 'file']);

  it('returns the parameters of a URL', () => {
    expect(parse('env:')).toEqual({});
    expect(parse('env:?prefix=APP_&file=a%20b')).toEqual({ prefix: 'APP_', file: 'a b' });
  });

  it.each([
    ['env:?prefx=CANARY', /unknown parameter "prefx"\. Known parameters: prefix, file\./],
    ['env:?CANARY', /unknown parameter\./],
    ['env:?CANARY%20is%20long=x', /unknown parameter\./],
    ['env:?prefix=', /parameter prefix must not be empty/],
    ['env:?prefix=CANARY&prefix=CANARY', /parameter prefix must be given once/],
    ['env://CANARY', /must not have a host, a path or a fragment/],
    ['env:CANARY', /must not have a host, a path or a fragment/],
    ['env:?prefix=a#CANARY', /must not have a host, a path or a fragment/],
  ])('refuses %s, without quoting a value', (url, problem) => {
    expect(() => parse(url)).toThrow(TypeError);
    expect(() => parse(url)).toThrow(problem);
    expect(() => parse(url)).not.toThrow(/CANARY/);
  });
});

import { describe, expect, it, vi } from 'vitest';
import {
  checkFunction,
  checkNumber,
  checkOptions,
  checkScheme,
  kindOf,
  maxDelayMs,
  ownFields,
  unknownKey,
  urlParameters,
} from './check-options.js';

describe('checkOptions', () => {
  it.each([{}, { ttlMs: 5 }, { ttlMs: undefined }])('accepts known options: %j', (options) => {
    expect(() => checkOptions('cache', options, ['ttlMs', 'now'])).not.toThrow();
  });

  it('returns the own options only', () => {
    const options = Object.create({ ttlMs: 1 }, { now: { value: 2, enumerable: true } }) as object;
    const own = checkOptions('cache', options, ['ttlMs', 'now']);
    expect([own, Object.getPrototypeOf(own)]).toEqual([{ now: 2 }, null]);
  });

  it.each([
    [undefined, 'got undefined'],
    [null, 'got null'],
    [5, 'got number'],
    [[], 'got an array'],
    [{ get: () => undefined }, 'got a provider'],
    [{ ttl: 5 }, 'unknown option "ttl"'],
  ])('refuses anything else, and names the known options: %j', (options, problem) => {
    const check = () => checkOptions('cache', options as object, ['ttlMs', 'now']);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(problem);
    expect(check).toThrow(/^cache: .* Known options: ttlMs, now\.$/);
  });
});

describe('checkFunction', () => {
  it.each([undefined, () => 0, Date])('accepts %s', (value) => {
    expect(() => checkFunction('cache', 'now', value)).not.toThrow();
  });

  it.each([
    [null, 'null'],
    [5, 'number'],
    [{}, 'an object'],
  ])('refuses %s', (value, kind) => {
    const message = `cache: now must be a function, got ${kind}.`;
    expect(() => checkFunction('cache', 'now', value)).toThrow(new TypeError(message));
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
    const check = () => checkNumber('cache', 'maxEntries', 1.5, { min: 1, max: 9, whole: true });
    expect(check).toThrow(RangeError);
    expect(check).toThrow('maxEntries must be a whole number between 1 and 9');
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

  it.each(['two\nlines', 'postgres://u:CANARY@h', ''])(
    'does not quote a key that is not a word: %j',
    (key) => {
      expect(unknownKey({ [key]: 1 }, ['a'])).toBe('unknown option. Known options: a.');
    },
  );

  it('shortens a long key', () => {
    expect(unknownKey({ ['x'.repeat(60)]: 1 }, ['a'])).toBe(
      `unknown option "${'x'.repeat(50)}". Known options: a.`,
    );
  });
});

describe('checkScheme', () => {
  it.each(['env', 'e', 'secret', 'aws-sm', 's3', 'a+b.c'])('accepts %s', (scheme) => {
    expect(() => checkScheme('openers', scheme)).not.toThrow();
  });

  it.each([
    ['', 'string'],
    ['env:', 'string'],
    ['Env', 'string'],
    ['eNv', 'string'],
    ['1env', 'string'],
    ['-env', 'string'],
    ['en v', 'string'],
    ['CANARY', 'string'],
    [['env'], 'an array'],
    [5, 'number'],
    [undefined, 'undefined'],
  ])('refuses %j, without quoting it', (scheme, kind) => {
    const check = () => checkScheme('openers', scheme);
    expect(check).toThrow(TypeError);
    expect(check).toThrow(/^openers: scheme must be a URL scheme in lower case/);
    expect(check).toThrow(`got ${kind}.`);
    expect(check).not.toThrow(/CANARY/);
  });
});

describe('urlParameters', () => {
  const parse = (url: string) => urlParameters(new URL(url), ['prefix', 'file']);

  it('returns the parameters of a URL', () => {
    expect(parse('env:')).toEqual({});
    expect(parse('env:?prefix=APP_&file=a%20b')).toEqual({ prefix: 'APP_', file: 'a b' });
  });

  it.each([
    ['env:?prefx=CANARY', /unknown parameter\. Known parameters: prefix, file\./],
    ['env:?CANARY=x', /unknown parameter\./],
    ['env:?%2543ANARY=x', /unknown parameter\./],
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

describe('kindOf', () => {
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['string', 'CANARY'],
    ['function', () => 'CANARY'],
    ['an array', ['CANARY']],
    ['an object', { value: 'CANARY' }],
    ['an object', Object.create(null)],
    ['an instance of a class', new Map([['CANARY', 1]])],
    ['an instance of a class', new Date(0)],
  ])('returns %s', (kind, thing) => {
    expect(kindOf(thing)).toBe(kind);
  });

  it('names a promise, and ignores its rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    expect(kindOf(Promise.reject(new Error('CANARY')))).toContain('a promise');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('ownFields', () => {
  it('returns what an object has itself, and inherits nothing', () => {
    const fields = ownFields(
      Object.assign(Object.create({ account: 'acct_1' }), { user: 'usr_1' }) as object,
    );
    expect({ ...fields }).toEqual({ user: 'usr_1' });
    expect('account' in fields).toBe(false);
    expect('toString' in fields).toBe(false);
  });

  it('returns no fields of nothing', () => {
    expect(Object.keys(ownFields(undefined))).toEqual([]);
  });
});

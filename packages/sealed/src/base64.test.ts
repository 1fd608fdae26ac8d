import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fromBase64,
  fromBase64Url,
  isCanonical,
  toBase64,
  toBase64Url,
  webFromBase64,
  webToBase64,
} from './base64.js';

it('base64 is the same with and without Buffer', () => {
  const sizes = fc.constantFrom(0, 1, 2, 3, 31, 8_192, 8_193, 20_000);
  const bytes = fc.tuple(sizes, fc.uint8Array({ minLength: 3, maxLength: 50 })).map(([size, part]) => {
    const all = new Uint8Array(size + 2).map((_, at) => part[at % part.length]!);
    return all.subarray(2); // a view that does not start at the start of its buffer
  });
  const property = fc.property(bytes, (each) => {
    const text = toBase64(each);
    expect(text).toBe(Buffer.from(each).toString('base64'));
    expect(webToBase64(each)).toBe(text);
    expect(fromBase64(text)).toEqual(each);
    expect(webFromBase64(text)).toEqual(each);
    const url = toBase64Url(each);
    expect(url).toBe(Buffer.from(each).toString('base64url'));
    expect(fromBase64Url(url)).toEqual(each);
    expect(isCanonical(url)).toBe(true);
  });
  fc.assert(property, { seed: 5, numRuns: 40 });
});

it('of all texts of two or three characters, only those that bytes give are canonical', () => {
  const characters = toBase64Url(new Uint8Array(Array.from({ length: 256 }, (_, at) => at)));
  for (const last of new Set(characters)) {
    for (const text of [`A${last}`, `AA${last}`, `AAA${last}`]) {
      expect(isCanonical(text)).toBe(toBase64Url(fromBase64Url(text)) === text);
    }
    expect(isCanonical(last)).toBe(false);
  }
});

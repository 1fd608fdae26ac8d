import { expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const now = Date.parse('2026-11-24T12:00:00Z');

it.each<[unknown, number | undefined]>([
  ['7', 7_000],
  [' 7\t', 7_000],
  ['0', 0],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['', undefined],
  [7, undefined],
  [undefined, undefined],
  ['Tue, 24 Nov 2026 12:01:30 GMT', 90_000],
  ['Tue, 24 Nov 2026 11:59:59 GMT', 0],
  ['Tue, 24 Nov 2026 12:01:30 GMT ', 90_000],
  ['invalid GMT', undefined],
])('%s', (header, ms) => {
  expect(retryAfterMs({ 'retry-after': header }, now)).toBe(ms);
});

it.each<[unknown, number]>([
  ['Tue, 24 Nov 2026 11:00:00 GMT', 3_605_000],
  ['Tue, 24 Nov 2026 13:00:00 GMT', 0],
  ['invalid GMT', 5_000],
  [5, 5_000],
])('a date is measured from the date of the response, if that is one: %s', (date, ms) => {
  const headers = { 'retry-after': 'Tue, 24 Nov 2026 12:00:05 GMT', date };
  expect(retryAfterMs(headers, now)).toBe(ms);
});

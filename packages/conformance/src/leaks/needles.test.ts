import { expect, it } from 'vitest';
import { expectNoLeak } from './expect-no-leak.js';
import { needlesFor } from './needles.js';

const value = 'CANARY: not a "real" sécret';
const bytes = Buffer.from(value);

it.each<readonly [string, string]>([
  ['as plain text', `x${value}x`],
  ['in JSON', JSON.stringify({ value })],
  ['in JSON within JSON', JSON.stringify(JSON.stringify({ value }))],
  ['in a URL', encodeURIComponent(value)],
  ['in a form', encodeURIComponent(value).replaceAll('%20', '+')],
  ['in hexadecimal', bytes.toString('hex')],
  ['in hexadecimal with capital letters', bytes.toString('hex').toUpperCase()],
  ['in base64', bytes.toString('base64')],
  ['in base64 for URLs', bytes.toString('base64url')],
  ...['', 'u', 'us', 'use', 'user:'].map(
    (before) =>
      [`in base64 after "${before}"`, Buffer.from(`${before}${value}x`).toString('base64')] as const,
  ),
])('a value is found %s', (_, text) => {
  expect(needlesFor(value).isIn(text)).toBe(true);
  expect(needlesFor('CANARY: another one').isIn(text)).toBe(false);
});

it('a canary that is not the first argument is refused', () => {
  expect(() => expectNoLeak({ field: value } as never, value)).toThrow(
    /canary .* got an object.*expectNoLeak\(canary/,
  );
});

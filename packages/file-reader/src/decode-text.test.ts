import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const mark = '\uFEFF';

describe('decodeText', () => {
  it.each([
    ['one LF', 'value\n', 'value'],
    ['one CRLF', 'value\r\n', 'value'],
    ['a byte order mark and a newline', `${mark}value\n`, 'value'],
    ['a newline alone', '\n', ''],
    ['the second of two newlines', 'value\n\n', 'value\n'],
    ['no lone CR', 'value\r', 'value\r'],
    ['no other white space', ' \tvalue \u2028', ' \tvalue \u2028'],
    ['the first of two byte order marks', `${mark}${mark}value`, `${mark}value`],
  ])('removes %s', (_, content, text) => {
    expect(decodeText(bytesOf(content))).toBe(text);
  });

  it('keeps the newline if asked for, and no byte order mark', () => {
    expect(decodeText(bytesOf(`${mark}value\r\n`), { keepNewline: true })).toBe('value\r\n');
  });

  it('returns bytes that are not UTF-8 as they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const content = Uint8Array.of(...bytesOf(mark), 0xff, ...bytes, 13, 10);
        expect(decodeText(content)).toBe(content);
      }),
      { seed: 1 },
    );
  });

  it('returns any other text as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.startsWith(mark) && !text.endsWith('\n'));
        expect(decodeText(bytesOf(text))).toBe(text);
      }),
      { seed: 1 },
    );
  });
});

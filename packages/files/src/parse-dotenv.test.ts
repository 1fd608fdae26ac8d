import { parse } from 'dotenv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDotenv } from './parse-dotenv.js';

describe('parseDotenv', () => {
  it.each([
    ['nothing', ''],
    ['comments and empty lines', '\n# a comment\n   # another\n\t\n'],
    ['an assignment', 'A=1'],
    ['export, spaces, a colon and no value', 'export A = 1\nB: 2\nC=\n D=4'],
    ['comments after values', 'A=1 # one\nB="2" # two\nC= # none'],
    ['a value of several lines', 'A="one\ntwo = 2\nthree"\nB=\'\n\'\nC=`\nx\n`'],
    ['CRLF and CR', 'A=1\r\nB="2\r\n3"\r\nC=4\rD=5'],
  ])('finds no stray line in %s', (_, text) => {
    expect(parseDotenv(text).strayLine).toBeUndefined();
  });

  it.each([
    ['a word', 'A=1\nword\n', 2],
    ['a line without a name', '=1', 1],
    ['a name with a space', 'A B=1', 1],
    ['a part of a key', 'A=-----BEGIN\nMIIB\nAQ==\n-----END', 2],
    ['the end of a value whose quote is not closed', 'A="one\ntwo\nB=2', 2],
    ['a text after a value of several lines', 'A="one\ntwo"\n\nstray', 4],
    ['a line that a line separator ends', 'A=1\nstray\u2028B=2', 2],
    ['a line after CRLF', 'A=1\r\n\r\nstray\r\n', 3],
    ['a text in front of an assignment', 'A=1\n$ B=2', 2],
  ])('reports the number of %s', (_, text, line) => {
    expect(parseDotenv(text).strayLine).toBe(line);
  });

  it.each([
    ['a quote within quotes', 'A="a"b"', 'a"b'],
    ['a variable', 'A=$HOME-${HOME}', '$HOME-${HOME}'],
    ['a command', 'A=`id`-$(id)', '`id`-$(id)'],
    ['a hash in quotes', 'A="a#b"', 'a#b'],
    ['an escaped newline in double quotes', 'A="a\\nb"', 'a\nb'],
    ['an escaped newline in single quotes', `A='a\\nb'`, 'a\\nb'],
  ])('reads %s', (_, text, value) => {
    expect(parseDotenv(text).variables.get('A')).toBe(value);
  });

  it.each([
    ['blank lines', '\n'],
    ['blank lines with spaces', ' \t\n'],
    ['comments', '# a comment\n\n'],
    ['stray lines', 'x y\n\n'],
    ['quotes that are not closed', `A='"\`\n`],
    ['names alone', 'A\n\n'],
    ['export alone', 'export\n'],
  ])('reads 100,000 %s in a time that grows with their number', (_, line) => {
    // A quadratic time is minutes here, which the limit of a test ends.
    const { variables } = parseDotenv(`${line.repeat(100_000)}\nLAST=1`);
    expect(variables.get('LAST')).toBe('1');
  });

  it('takes exactly the lines for assignments that the package dotenv does', () => {
    const piece = fc.constantFrom(
      ...['A', 'B_1', 'c.d', '=', ' = ', ': ', ':', ' ', '\n', '\r\n', '\r', '#', '"', "'", '`'],
      ...['\\"', '\\', 'export ', 'value', '\uFEFF', '$', '\t', '\u00a0', '\f'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const { variables, strayLine } = parseDotenv(text);
        expect(Object.fromEntries(variables)).toEqual(parse(text));
        if (strayLine === undefined) return;
        // Without that line the package finds the same.
        const lines = text.replaceAll(/\r\n?/g, '\n').split('\n');
        const others = lines.filter((_, at) => at !== strayLine - 1);
        fc.pre(others.length === lines.length - 1);
        expect(lines[strayLine - 1]?.trim()).not.toBe('');
        expect(parse(lines.join('\n'))).toEqual(
          parse(lines.map((line, at) => (at === strayLine - 1 ? '#' : line)).join('\n')),
        );
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });
});

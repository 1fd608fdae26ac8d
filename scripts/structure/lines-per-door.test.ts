import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { doorsOfAdapters, linesOf, reasons, usual } from './lines-per-door.js';
import type { SourceFile } from './workspace.js';

const source = (text: string): SourceFile => ({
  path: 'a.ts',
  text,
  isTest: false,
  imports: [],
  tree: () => ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true),
});

describe('the lines of a door', () => {
  it('are those with code, without comments, blank lines and tables', () => {
    const text = `
/** A comment. */
const table = new Map([
  ['a', 1],
]);

export function add(one: number): number {
  // a comment
  return one + (table.get('a') ?? 0); // another one
}
const row = makeRow('a', 'b');
const compute = () => add(1);
`;
    expect(linesOf(source(text))).toBe(4);
  });

  it.each(doorsOfAdapters().map(({ name, lines }) => [name, lines] as const))(
    'of %s are usual, or have a reason: %i',
    (name, lines) => {
      expect(reasons.has(name)).toBe(lines > usual);
    },
  );
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { faultRows } from '../../test/faults/fault-rows.js';

it('the reference shows the table that the tests run', () => {
  const comment = readFileSync(new URL('../index.ts', import.meta.url), 'utf8').replaceAll(/^ \* ?/gm, '');
  const table = /^\| fault [^]*?(?=\n\n|\n$(?![^]))/m.exec(comment)?.[0] ?? '';
  const shown = table
    .split('\n')
    .filter((_, at) => at !== 1) // the line below the head
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(shown).toEqual(faultRows);
});

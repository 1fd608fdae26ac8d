import type { Table } from '../case.js';
import type { Results } from '../results.js';

/** Finds a table of any case by its title. */
export function tableOf(results: Results, title: string): Table {
  const found = Object.values(results)
    .flatMap(({ tables }) => tables)
    .find((table) => table.title === title);
  if (!found)
    throw new Error(
      `results.json: table "${title}" is missing. Measure every case: npm run bench -- --page.`,
    );
  return found;
}

/** Returns the cell of a row in a column. */
export function cell({ title, columns }: Table, row: Table['rows'][number], column: string): string | number {
  const found = row[columns.indexOf(column)];
  if (found === undefined)
    throw new Error(`results.json: table "${title}" has no column "${column}". Measure its case again.`);
  return found;
}

/** Returns the first number of a cell, for example 20 of `20 / 3.7`. */
export function numberIn(value: string | number): number {
  return Number.parseFloat(String(value));
}

/** Formats a table as Markdown, with numbers aligned to the right. */
export function markdownTable({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const isNumber = (at: number): boolean => rows.every((row) => /^[\d–-]/.test(String(row[at])));
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, at) => (isNumber(at) ? '--:' : '---'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

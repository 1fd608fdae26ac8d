import type { Table } from '../case.js';
import type { Results } from '../results.js';

/** The table of this title, whichever case it is of. */
export function tableOf(results: Results, title: string): Table {
  const found = Object.values(results)
    .flatMap(({ tables }) => tables)
    .find((table) => table.title === title);
  if (!found) throw new Error(`The results have no table "${title}": measure every case.`);
  return found;
}

export function cell({ title, columns }: Table, row: Table['rows'][number], column: string): string | number {
  const found = row[columns.indexOf(column)];
  if (found === undefined) throw new Error(`The table "${title}" has no column "${column}".`);
  return found;
}

/** The first number of a cell, such as 20 of `20 / 3.7`. */
export function numberIn(value: string | number): number {
  return Number.parseFloat(String(value));
}

/** Text to the left, numbers to the right. */
export function markdownTable({ columns, rows }: Pick<Table, 'columns' | 'rows'>): string {
  const isNumber = (at: number): boolean => rows.every((row) => /^[\d–-]/.test(String(row[at])));
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  const rule = columns.map((_, at) => (isNumber(at) ? '--:' : '---'));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

import type { Results } from '../results.js';
import { type Bar, barChart } from './bar-chart.js';
import { cell, numberIn, tableOf } from './tables.js';

/** Returns the charts of the page, by the name of their file. */
export function charts(results: Results): Readonly<Record<string, string>> {
  return {
    'hit.svg': barChart({
      title: 'Cost of a cache hit',
      unit: '× awaiting a resolved promise, logarithmic',
      bars: bars(results, { table: 'Cache hit', label: 'library', column: '× baseline' }),
    }),
    'burst.svg': barChart({
      title: 'Backend calls of 10,000 concurrent reads of one uncached secret',
      unit: 'calls, logarithmic',
      bars: bars(results, {
        table: 'Concurrent reads of an uncached secret (backend latency 50 ms)',
        label: 'library',
        column: 'calls',
        where: (row) => row('readers') === 10_000,
      }),
    }),
    'fleet.svg': barChart({
      title: '1,000 processes in the steady phase',
      unit: 'requests in the busiest second, logarithmic',
      bars: bars(results, { ...thousandProcesses, column: 'steady: requests/s, peak / mean' }),
      limit: { at: 25, name: "Stripe's limit, 25" },
    }),
    'outage.svg': barChart({
      title: '1,000 processes in an incident of ten minutes',
      unit: 'requests in total, logarithmic',
      bars: bars(results, { ...thousandProcesses, column: 'incident: requests' }),
      limit: { at: 5_000, name: '5,000' },
    }),
  };
}

type Row = (column: string) => string | number;

interface BarSource {
  readonly table: string;
  /** The column with the name of each bar. */
  readonly label: string;
  /** The column with the number of each bar. */
  readonly column: string;
  readonly where?: (row: Row) => boolean;
}

const thousandProcesses = {
  table: 'Fleet',
  label: 'scenario',
  where: (row: Row): boolean => row('processes') === 1_000,
} as const;

function bars(
  results: Results,
  { table: title, label, column, where = () => true }: BarSource,
): readonly Bar[] {
  const table = tableOf(results, title);
  return table.rows
    .map(
      (row): Row =>
        (each) =>
          cell(table, row, each),
    )
    .filter(where)
    .map((row) => {
      const name = String(row(label));
      return { name, value: numberIn(row(column)), highlighted: /^(secretkit|defaults$)/.test(name) };
    });
}

import type { Results } from '../results.js';
import { type Bar, barChart } from './bar-chart.js';
import { cell, numberIn, tableOf } from './tables.js';

/** The charts of the page, by the name of their file. */
export function charts(results: Results): Readonly<Record<string, string>> {
  return {
    'hit.svg': barChart({
      title: 'A hit, awaited',
      unit: '× awaiting a resolved promise, logarithmic',
      bars: bars(results, 'A hit, awaited', '× the floor', isOwn),
    }),
    'burst.svg': barChart({
      title: 'Calls that 10,000 cold readers of one secret make',
      unit: 'calls, logarithmic',
      bars: bars(
        results,
        'A cold burst (the backend takes 50 ms)',
        'calls',
        isOwn,
        (row) => row('readers') === 10_000,
      ),
    }),
    'fleet.svg': barChart({
      title: '1,000 processes when nothing happens',
      unit: 'calls in the busiest second, logarithmic',
      bars: bars(results, 'Fleets', 'steady: peak / mean', isDefault, isThousand),
      limit: { at: 25, name: "Stripe's limit, 25" },
    }),
    'outage.svg': barChart({
      title: '1,000 processes in ten minutes of trouble',
      unit: 'calls in all, logarithmic',
      bars: bars(results, 'Fleets', 'calls in trouble', isDefault, isThousand),
      limit: { at: 5_000, name: '5,000' },
    }),
  };
}

type Row = (column: string) => string | number;

const isOwn = (name: string): boolean => name.startsWith('secretkit');
const isDefault = (name: string): boolean => name.startsWith('list, all at once');
const isThousand = (row: Row): boolean => row('processes') === 1_000;

function bars(
  results: Results,
  title: string,
  column: string,
  own: (name: string) => boolean,
  chosen: (row: Row) => boolean = () => true,
): readonly Bar[] {
  const table = tableOf(results, title);
  const naming = table.columns.includes('scenario') ? 'scenario' : '';
  return table.rows
    .map(
      (row): Row =>
        (each) =>
          cell(table, row, each),
    )
    .filter(chosen)
    .map((row) => {
      const name = String(row(naming));
      return { name, value: numberIn(row(column)), own: own(name) };
    });
}

import type { Results } from '../results.js';
import { cell, markdownTable, tableOf } from './tables.js';

const keptFor = {
  'fresh for a minute': 'a minute',
  'list, all at once, 25 a second, outage': 'five minutes',
  'fresh for fifteen minutes': 'fifteen minutes',
} as const;

/** What the simulated fleets say of how long values are kept. */
function ttlTable(results: Results): string {
  const fleets = tableOf(results, 'Fleets');
  const rows = [100, 1_000, 10_000].flatMap((processes) =>
    Object.entries(keptFor).flatMap(([scenario, kept]) => {
      const row = fleets.rows.find((each) => each[0] === processes && each[1] === scenario);
      if (!row) return []; // not every size is measured in every way
      const of = (column: string): string | number => cell(fleets, row, column);
      return [[processes, kept, of('steady: peak / mean'), of('calls in trouble'), of('failed reads, warm')]];
    }),
  );
  const columns = [
    'processes',
    'fresh for',
    'requests a second: peak / mean',
    'requests in ten minutes of outage',
  ];
  return markdownTable({ columns: [...columns, 'failed reads in it'], rows });
}

const begin = '<!-- From docs/performance/results.json, by npm run bench -- --page. -->\n';
const end = '<!-- The end of it. -->';

/** A guide with its table put in, or brought up to date. */
export function withTtlTable(guide: string, results: Results): string {
  const [before, rest = ''] = guide.split(begin);
  const after = rest.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(`The guide has no place for a table: ${begin}`);
  return `${before}${begin}\n${ttlTable(results)}\n\n${end}${after}`;
}

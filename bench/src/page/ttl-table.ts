import type { Results } from '../results.js';
import { cell, markdownTable, tableOf } from './tables.js';

const ttlOfScenario = {
  'TTL 1 min': '1 min',
  defaults: '5 min',
  'TTL 15 min': '15 min',
} as const;

/** Compares simulated fleets by their TTL. */
function ttlTable(results: Results): string {
  const fleets = tableOf(results, 'Fleet');
  const rows = [100, 1_000, 10_000].flatMap((processes) =>
    Object.entries(ttlOfScenario).flatMap(([scenario, ttl]) => {
      const row = fleets.rows.find((each) => each[0] === processes && each[1] === scenario);
      if (!row) return []; // large fleets run only some scenarios
      const columns = [
        'steady: requests/s, peak / mean',
        'incident: requests',
        'incident: failed warm reads',
      ];
      return [[processes, ttl, ...columns.map((column) => cell(fleets, row, column))]];
    }),
  );
  const columns = [
    'processes',
    'TTL',
    'requests/s: peak / mean',
    'requests in an outage of 10 min',
    'failed reads in the outage',
  ];
  return markdownTable({ columns, rows });
}

const begin = '<!-- Generated from docs/performance/results.json by npm run bench -- --page. -->\n';
const end = '<!-- End of the generated table. -->';

/** Returns the guide with the table between its two markers replaced. */
export function withTtlTable(guide: string, results: Results): string {
  const [before, rest = ''] = guide.split(begin);
  const after = rest.split(end)[1];
  if (before === undefined || after === undefined)
    throw new Error(
      `choosing-ttls.md: the markers of the generated table are missing. Add ${begin.trim()} and ${end}.`,
    );
  return `${before}${begin}\n${ttlTable(results)}\n\n${end}${after}`;
}

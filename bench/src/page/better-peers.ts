import type { Table } from '../case.js';
import type { Results } from '../results.js';
import { cell, markdownTable, numberIn, tableOf } from './tables.js';

interface Comparison {
  readonly what: string;
  readonly title: string;
  readonly column: string;
  /** The row of secretkit. */
  readonly own: string;
}

const comparisons: readonly Comparison[] = [
  { what: 'a hit, × baseline', title: 'Cache hit', column: '× baseline', own: 'secretkit' },
  {
    what: 'latency added to concurrent reads, ms',
    title: 'Concurrent reads of an uncached secret (backend latency 50 ms)',
    column: 'added latency (ms)',
    own: 'secretkit',
  },
  {
    what: 'bytes of an entry',
    title: 'Memory per entry (100,000 entries)',
    column: 'bytes, without name and value',
    own: 'secretkit',
  },
  ...['gzipped (bytes)', 'import time (ms)'].map((column) => ({
    what: column === 'gzipped (bytes)' ? 'bytes of a bundle, gzipped' : 'import, ms',
    title: 'Bundle size and import time',
    column,
    own: 'core, cache, retry, timeout',
  })),
  {
    what: 'installed packages',
    title: 'Installed packages and files',
    column: 'packages',
    own: '@secretkit/core, @secretkit/middleware',
  },
];

/** Returns a table of every number in which a peer is better than secretkit. */
export function betterPeers(results: Results): string {
  const rows = comparisons.map(({ what, title, column, own }) => {
    const table = tableOf(results, title);
    const ownRow = table.rows.findLast(([name]) => name === own); // the last one has as many readers as a peer
    if (!ownRow)
      throw new Error(`results.json: table "${title}" has no row "${own}". Measure its case again.`);
    const ownNumber = numberIn(cell(table, ownRow, column));
    const better = peersOf(table)
      .map((row) => ({ name: String(row[0]), value: numberIn(cell(table, row, column)) }))
      .filter(({ value }) => value < ownNumber)
      .map(({ name, value }) => `${name} ${value}`);
    return [what, ownNumber, better.join(', ') || 'none'];
  });
  return markdownTable({ columns: ['measure', 'secretkit', 'better'], rows });
}

function peersOf({ rows }: Table): Table['rows'] {
  return rows.filter(([name]) => !/^(secretkit|core|explain|@secretkit)/.test(String(name)));
}

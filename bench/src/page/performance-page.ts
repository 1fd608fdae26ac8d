import { type Gate, statusOf, type Table } from '../case.js';
import type { BenchRecord, Results } from '../results.js';
import { cell, markdownTable, numberIn, tableOf } from './tables.js';

/** Returns docs/performance.md; its charts are in `performance/`. */
export function performancePage({ date, machine, versions, results }: BenchRecord): string {
  const table = (title: string): string => `**${title}**\n\n${markdownTable(tableOf(results, title))}`;
  const chart = (file: string, alt: string): string => `![${alt}](performance/${file}.svg)`;
  const { node = 'unknown', ...peers } = versions;
  return `# Performance

This page compares the cost of reads through secretkit with libraries that do part of the same work. \`npm run bench -- --page\`
measures everything and writes this page; \`npm run bench\` prints the results. [The README of the bench](../bench/README.md)
describes the method. Times are ratios of two operations that alternate in slices of 2 ms, so the speed of the machine cancels
out. Calls, bytes and microtasks are exact counts.

Measured on ${date} with Node ${node} (${machine}). The *baseline* is awaiting a resolved promise, which takes about
50 ns. A function that returns a promise cannot cost less.

## Cache hit

${chart('hit', 'Bar chart: the cost of a cache hit in each library')}

On a hit, the client and every layer return the cached promise itself. No layer adds an \`async\` function or builds a key, and the
clock is read once. A hit through the client and the whole recommended stack, telemetry included, therefore costs as much as a hit of the
cache alone. Retry, circuit breaker and timeout cost nothing until there is a miss.

${table('Cache hit')}

Before the measurement, a check verifies that each library does the same work: it returns the values, loads each name once, and
reports missing names. Each library runs with its fastest options. The rows *default options* show how most applications use keyv
and cacheable.

${table('Other kinds of hits')}

## Many tenants

400 tenants take turns, with new objects for the refs and scopes of each read. The other side of each ratio is a \`Map\` with an expiry,
whose key is a template string of account, user and name. \`scoped\` returns the same client for the same scope, from a bounded
memory, so it can be called for each request.

${table('Hits where 400 tenants take turns')}

## Cost of each layer

The cost that a layer adds to a call, in multiples of the baseline, with a backend that answers at once. A real request takes
100,000 times the baseline (5 ms) or more.

${table('Cost of a layer per call')}

## Concurrent reads (single-flight)

${chart('burst', 'Bar chart: the backend calls of ten thousand concurrent reads of one secret in each library')}

With single-flight (request coalescing), all concurrent reads of one secret share one request. This prevents a cache stampede.

${table('Concurrent reads of an uncached secret (backend latency 50 ms)')}

If the backend fails, every waiting read must reject. The column *resolved* counts the reads that returned without an error.

${table('100 concurrent reads while the backend fails')}

Negative caching answers repeated reads of a missing name from memory. secretkit stores missing names apart from values, so that
they do not evict values.

${table('Reads of missing names')}

## Reads over HTTP

${table('Ten secrets of one scope (latency 20 ms)')}

${table('Fifty secrets of five scopes, with the limit of 25 requests/s used up')}

${table('Process start to first secret')}

## Memory, bundle size and import time

${table('Memory per entry (100,000 entries)')}

${table('Bundle size and import time')}

An application imports a few names, and a bundler removes the rest:

${table('What an application imports')}

The features of each import, before gzip, which leaves about 40 % of the bytes:

${table('Bytes of each feature')}

${table('Installed packages and files')}

## Fleet simulation

Each process holds ten secrets of one scope. The real cache, retry, circuit breaker and timeout run in virtual time against a store
with a rate limit. In the scenario *defaults* all processes start at once, read their secrets as a batch, use the default options,
and the store answers 25 requests per second. Each other scenario changes what its name says. The phases are deployment, settling, a
steady phase, an incident of ten minutes (an outage, or throttling), and recovery.

${chart('fleet', 'Bar chart: requests in the busiest second of 1,000 processes in the steady phase')}

${chart('outage', 'Bar chart: requests of 1,000 processes in an incident of ten minutes')}

${markdownTable(tableOf(results, 'Fleet'))}

- **Read the secrets of a scope as a batch.** Ten names in one \`getMany\` are one request, at the first read and at each refresh.
- **Keep the TTL jitter.** Without it, processes that were deployed together refresh together, every five minutes.
- **An outage shorter than \`staleIfErrorMs\` fails no read of a warm process** (stale-if-error). A process that starts during the
  outage has no cached values: its reads fail until the backend is back. The column *failed cold reads* counts them.
- **Ten thousand processes need more than 25 requests per second.** Set a longer \`ttlMs\`, or put a shared store between the
  processes and the backend. Keep the mean below half the limit: \`ttlMs\` ≥ 2 × processes × requests each ÷ limit × 1000.

## Limits that CI checks

\`npm run bench -- --check\` measures these metrics and fails if one has the status *failed*. A time is measured up to three times. It
may exceed its limit by a tenth. Up to three times the limit its status is *missed*, which does not fail CI, because the machine may
be busy.

${gateTable(results)}

${reasons(results)}
## Where other libraries are better

${betterPeers(results).join('\n')}

Versions: ${Object.entries(peers)
    .map((pair) => pair.join(' '))
    .join(', ')}.

<!-- terms: benchmark, bundle size, import time, memory -->
`;
}

function gatesOf(results: Results): readonly Gate[] {
  return Object.values(results).flatMap(({ gates }) => gates);
}

function gateTable(results: Results): string {
  const rows = gatesOf(results).map((gate) => {
    const { metric, measured, atMost, atLeast, target } = gate;
    const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
    return [metric, Number(measured.toFixed(2)), limit, target ?? '', statusOf(gate)];
  });
  return markdownTable({ columns: ['metric', 'measured', 'limit', 'target', 'status'], rows });
}

/** Explains each metric that misses its limit or its target. */
function reasons(results: Results): string {
  return gatesOf(results)
    .filter((gate) => gate.reason !== undefined && (gate.target !== undefined || statusOf(gate) !== 'passed'))
    .map(({ metric, target, atMost, atLeast, measured, reason }) => {
      const goal = target === undefined ? `limit ${atMost ?? atLeast}` : `target ${target}`;
      return `- *${metric}*: ${Number(measured.toFixed(2))}, ${goal}. ${reason}\n`;
    })
    .join('');
}

/** Lists every number in which a peer is better than secretkit. */
function betterPeers(results: Results): readonly string[] {
  const better = (
    title: string,
    column: string,
    ownRowName: string,
    sentence: (name: string, value: number) => string,
  ): string[] => {
    const table = tableOf(results, title);
    const ownRow = table.rows.findLast(([name]) => name === ownRowName); // the last one has as many readers as a peer
    if (!ownRow)
      throw new Error(`results.json: table "${title}" has no row "${ownRowName}". Measure its case again.`);
    const own = numberIn(cell(table, ownRow, column));
    return peersOf(table)
      .map((row) => ({ name: String(row[0]), value: numberIn(cell(table, row, column)) }))
      .filter(({ value }) => value < own)
      .map(({ name, value }) => `- ${sentence(name, value)}`);
  };
  const imports = 'core, cache, retry, timeout';
  return [
    ...better(
      'Cache hit',
      '× baseline',
      'secretkit',
      (name, value) => `A hit of ${name} costs ${value} times the baseline.`,
    ),
    ...better(
      'Concurrent reads of an uncached secret (backend latency 50 ms)',
      'added latency (ms)',
      'secretkit',
      (name, value) => `${name} adds ${value} ms to the latency of concurrent reads.`,
    ),
    ...better(
      'Memory per entry (100,000 entries)',
      'bytes, without name and value',
      'secretkit',
      (name, value) => `${name} stores an entry in ${value} bytes.`,
    ),
    ...better(
      'Bundle size and import time',
      'gzipped (bytes)',
      imports,
      (name, value) => `${name} adds ${value} bytes to a bundle, minified and gzipped.`,
    ),
    ...better(
      'Bundle size and import time',
      'import time (ms)',
      imports,
      (name, value) => `An import of ${name} takes ${value} ms.`,
    ),
    ...better(
      'Installed packages and files',
      'packages',
      '@secretkit/core, @secretkit/middleware',
      (name, value) => `${name} installs ${value} package${value === 1 ? '' : 's'}.`,
    ),
  ];
}

function peersOf({ rows }: Table): Table['rows'] {
  return rows.filter(([name]) => !/^(secretkit|core|@secretkit)/.test(String(name)));
}

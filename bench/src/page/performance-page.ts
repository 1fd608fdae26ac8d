import type { BenchRecord, Proofs } from '../results.js';
import { betterPeers } from './better-peers.js';
import { limits } from './limits.js';
import { markdownTable, tableOf } from './tables.js';

/** Returns docs/performance.md; its charts are in `performance/`. */
export function performancePage({ date, machine, versions, results }: BenchRecord, proofs: Proofs): string {
  const table = (title: string): string => `**${title}**\n\n${markdownTable(tableOf(results, title))}`;
  const chart = (file: string, alt: string): string => `![${alt}](performance/${file}.svg)`;
  const { node = 'unknown', ...peers } = versions;
  const fleet = tableOf(results, 'Fleet');
  return `# Performance

What a read costs, compared with libraries that do part of the same work ([method](../bench/README.md); all numbers are in
\`docs/performance/results.json\`). Times are ratios of two operations that alternate in
slices of 2 ms, so the speed of the machine cancels out; calls, bytes and microtasks are exact counts.

Measured on ${date} with Node ${node} (${machine}). The *baseline* is awaiting a resolved promise: about 50 ns.

## How fast is a cache hit?

${chart('hit', 'Bar chart: the cost of a cache hit in each library')}

The client and every layer return the cached promise itself, so a hit through the whole recommended stack costs as much as a hit of the
cache alone.

${table('Cache hit')}

A check verifies that each library does the same work, with its fastest options or as named.

${table('Other kinds of hits')}

## Many tenants

400 tenants take turns. The other side of each ratio is a \`Map\` with an expiry, whose key is a template string of account, user and
name.

${table('Hits where 400 tenants take turns')}

## Cost of each layer

What a layer adds to a call, in multiples of the baseline. A real request takes 100,000 times the baseline (5 ms) or more.

${table('Cost of a layer per call')}

## Concurrent reads (single-flight)

${chart('burst', 'Bar chart: the backend calls of ten thousand concurrent reads of one secret in each library')}

With single-flight, all concurrent reads of one secret share one request: no cache stampede.

${table('Concurrent reads of an uncached secret (backend latency 50 ms)')}

${table('100 concurrent reads while the backend fails')}

Missing names are cached apart from values (negative caching).

${table('Reads of missing names')}

## Reads over HTTP

${table('Ten secrets of one scope (latency 20 ms)')}

${table('Fifty secrets of five scopes, with the limit of 25 requests/s used up')}

${table('Process start to first secret')}

## Sealed records and the shared cache

A process without a value in its memory reads it from Redis and opens the record. The times are elapsed time, of one reader, with a Redis
on the same machine: over a network the record costs less beside the way.

${table('Sealed records')}

## Memory, bundle size and import time

${table('Memory per entry (100,000 entries)')}

${table('Bundle size and import time')}

${table('What an application imports')}

${table('Installed packages and files')}

## Fleet simulation

Each process holds ten secrets of one scope. The real middleware run in virtual time against a store that answers 25 requests a second.
In *defaults* all processes start at once and read a batch; each other scenario changes what its name says. The incident lasts ten
minutes.

${chart('fleet', 'Bar chart: requests in the busiest second of 1,000 processes in the steady phase')}

${chart('outage', 'Bar chart: requests of 1,000 processes in an incident of ten minutes')}

${markdownTable({ ...fleet, rows: fleet.rows.filter(([processes]) => processes !== 1) })}

An outage shorter than \`staleIfErrorMs\` fails no read of a warm process; *failed cold reads* are those of processes that start in it.
Read a scope as a batch, and keep the jitter: [Choosing TTLs](guides/choosing-ttls.md#how-many-requests-does-a-fleet-make).

## Proofs

Against real servers and real runtimes, by \`npm run proof -- NAME\`; CI runs each at a small size. Figures of whole runs:

${Object.entries(proofs)
  .map(([name, { date, figures }]) => `- **${name}**, ${date}: ${figures.replaceAll('\n', '; ')}.`)
  .join('\n')}

## Limits that CI checks

${limits(results)}

## Where are other libraries better?

${betterPeers(results)}

Versions: ${Object.entries(peers)
    .map((pair) => pair.join(' '))
    .join(', ')}.

<!-- terms: benchmark, bundle size, import time, memory -->
`;
}

import { type Gate, type Table, verdictOn } from '../case.js';
import type { BenchRecord, Results } from '../results.js';
import { cell, markdownTable, numberIn, tableOf } from './tables.js';

/** The page that tells what secretkit costs: Markdown, with charts beside it in `performance/`. */
export function performancePage({ date, machine, versions, results }: BenchRecord): string {
  const table = (title: string): string => `**${title}**\n\n${markdownTable(tableOf(results, title))}`;
  const chart = (file: string, alt: string): string => `![${alt}](performance/${file}.svg)`;
  const { node = 'unknown', ...peers } = versions;
  return `# Performance

What a read costs, next to libraries that do part of the same work. \`npm run bench -- --page\` measures it all and writes this
page; \`npm run bench\` prints it, and [its README](../bench/README.md) says how it measures: what takes turns in slices of 2 ms is
compared as a ratio, so the speed of the machine cancels out; calls, bytes and microtasks are counted exactly.

Measured on ${date} with Node ${node} (${machine}). A *floor* is awaiting a promise that is already resolved, about
50 ns: nothing that returns a promise can cost less.

## A read from memory

${chart('hit', 'Bars: what a hit costs in each library')}

The promise that the cache keeps is handed through the client and every layer as it is: no \`async\` function stands on the way, no
key is built, the clock is read once. So a hit through the client and the whole recommended stack, telemetry included, costs
what the cache alone costs, and retry, breaker and time-out cost nothing until there is a miss.

${table('A hit, awaited')}

Each peer does the same work, checked before it is timed, and is set up as fast as its options allow; *as it comes* is how most
people use it.

${table('Other hits')}

## A read that reaches the backend

What a layer adds to a call, in floors, when the backend answers at once. A real one takes a hundred thousand floors (5 ms) or more.

${table('A call to the backend')}

## Many readers at once

${chart('burst', 'Bars: the calls that ten thousand readers of one secret make in each library')}

${table('A cold burst (the backend takes 50 ms)')}

A failure is told to everyone who waits for it, once; *misled* are readers who were given nothing and no error.

${table('100 readers of a name that fails')}

${table('Names that do not exist')}

## A store over HTTP

${table('Ten names of one scope, 20 ms')}

${table('Fifty names of five scopes, after the 25 requests of a second are used up')}

${table('To the first secret')}

## Weight

${table('An entry of 100,000')}

${table('Bundles and imports')}

${table('What is installed')}

## A fleet

Processes that hold ten secrets of one scope each, in virtual time: the real cache, retry, breaker and time-out with their
defaults, against a store that answers so many requests a second (25, if the row does not say otherwise). They are deployed,
settle, run on, meet ten minutes of trouble, and recover. What is counted a second is requests.

${chart('fleet', 'Bars: the busiest second of a thousand processes when nothing happens')}

${chart('outage', 'Bars: the calls of a thousand processes in ten minutes of trouble')}

${markdownTable(tableOf(results, 'Fleets'))}

- **Read a scope's secrets as a batch.** Ten names in one \`getMany\` are one request, and stay one when they are refreshed.
- **The jitter matters**: with a fixed time-to-live, what was deployed together comes back together, every five minutes.
- An outage costs no read of a warm process as long as it is shorter than \`staleIfErrorMs\`. A process that starts in it has nothing to
  serve: its reads fail, in the column *cold*, until the backend is back.
- Ten thousand processes need more than 25 requests a second can give: ask for a longer \`ttlMs\`, or put a shared store between.
  Keep the mean below half the limit: \`ttlMs\` of at least 2 × processes × requests each ÷ limit, in seconds.

## What is held

\`npm run bench -- --check\` fails if one of these is broken; continuous integration runs it. A time is measured three times before it
counts, and a busy machine may make it miss its bound.

${gateTable(results)}

${reasons(results)}
## Where others win

${victories(results).join('\n')}

Versions: ${Object.entries(peers)
    .map((pair) => pair.join(' '))
    .join(', ')}.
`;
}

function gatesOf(results: Results): readonly Gate[] {
  return Object.values(results).flatMap(({ gates }) => gates);
}

function gateTable(results: Results): string {
  const rows = gatesOf(results).map((gate) => {
    const { what, measured, atMost, atLeast, aim } = gate;
    const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
    const reached = aim === undefined ? verdictOn(gate) : `${verdictOn(gate)}; the aim is ${aim}`;
    return [what, Number(measured.toFixed(2)), bound, reached];
  });
  return markdownTable({ columns: ['', 'measured', 'bound', ''], rows });
}

/** Why some are not reached. */
function reasons(results: Results): string {
  return gatesOf(results)
    .filter((gate) => gate.why !== undefined && (gate.aim !== undefined || verdictOn(gate) !== 'holds'))
    .map(({ what, aim, atMost, atLeast, measured, why }) => {
      const wanted = aim ?? atMost ?? atLeast;
      return `*${what}*: ${Number(measured.toFixed(2))}, where ${wanted} was the aim. ${why}\n`;
    })
    .join('\n');
}

/** Every figure in which a peer is better than this library. */
function victories(results: Results): readonly string[] {
  const better = (
    title: string,
    column: string,
    than: string,
    says: (name: string, value: number) => string,
  ): string[] => {
    const table = tableOf(results, title);
    const ownRow = table.rows.find(([name]) => name === than);
    if (!ownRow) throw new Error(`The table "${title}" has no row "${than}".`);
    const own = numberIn(cell(table, ownRow, column));
    return peersOf(table)
      .map((row) => ({ name: String(row[0]), value: numberIn(cell(table, row, column)) }))
      .filter(({ value }) => value < own)
      .map(({ name, value }) => `- ${says(name, value)}`);
  };
  return [
    ...better(
      'A hit, awaited',
      '× the floor',
      'secretkit',
      (name, value) => `A hit of ${name} costs ${value} floors.`,
    ),
    ...better(
      'A cold burst (the backend takes 50 ms)',
      'ms over the backend',
      'secretkit',
      (name, value) => `${name} needs ${value} ms over the backend for its cold burst.`,
    ),
    ...better(
      'An entry of 100,000',
      'bytes over name and value',
      'secretkit',
      (name, value) => `${name} keeps an entry in ${value} bytes.`,
    ),
    ...better(
      'Bundles and imports',
      'and compressed',
      'core, cache, retry, timeout',
      (name, value) => `${name} is ${value} bytes in a bundle, minified and compressed.`,
    ),
    ...better(
      'Bundles and imports',
      'ms to import',
      'core, cache, retry, timeout',
      (name, value) => `${name} is imported in ${value} ms.`,
    ),
    ...better(
      'What is installed',
      'packages',
      '@secretkit/core, @secretkit/middleware',
      (name, value) => `${name} installs ${value} package${value === 1 ? '' : 's'}.`,
    ),
  ];
}

function peersOf({ rows }: Table): Table['rows'] {
  return rows.filter(([name]) => !/^(secretkit|core|the same|@secretkit)/.test(String(name)));
}

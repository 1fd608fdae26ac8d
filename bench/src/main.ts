// npm run bench [-- hit burst … --json --check --page]: measures the cases that are named, or all of them.
import { parseArgs } from 'node:util';
import { type Case, type Gate, type Result, type Table, verdictOn } from './case.js';
import { burst } from './cases/burst.js';
import { fleet } from './cases/fleet.js';
import { hit } from './cases/hit.js';
import { layers } from './cases/layers.js';
import { start } from './cases/start.js';
import { store } from './cases/store.js';
import { weight } from './cases/weight.js';
import { recordedRun, writePage } from './page/write-page.js';
import { installPeers, peerVersions } from './peers.js';
import { thisMachine } from './results.js';

const cases: readonly Case[] = [hit, layers, burst, store, weight, start, fleet];
const tries = 3;

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !cases.some((each) => each.name === name));
if (unknown !== undefined) {
  console.error(`There is no case "${unknown}". There are ${cases.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
if (values.page && values.check) {
  console.error('--check measures less than the page tells: leave out one of --page and --check.');
  process.exit(2);
}
const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

installPeers();
const results: Record<string, Result> = {};
for (const each of chosen) {
  console.error(`${each.name}: ${each.about} …`);
  const result = values.check ? await checked(each) : await each.run(false);
  results[each.name] = result;
  if (!values.json) print(result);
}
const versions = { node: process.versions.node, ...peerVersions() };
if (values.json) console.log(JSON.stringify({ versions, results }, undefined, 2));
else
  console.log(
    `\nNode ${Object.entries(versions)
      .map((pair) => pair.join(' '))
      .join(', ')
      .slice('node '.length)}`,
  );

if (values.page) {
  // Those that were not measured now stay as they were measured last.
  const before = positionals.length > 0 ? recordedRun().results : {};
  const all = { ...before, ...results };
  const inOrder = cases.flatMap(({ name }) => (all[name] ? [[name, all[name]] as const] : []));
  const date = new Date().toISOString().slice(0, 10);
  writePage({ date, machine: thisMachine(), versions, results: Object.fromEntries(inOrder) });
}

const failed = Object.values(results).flatMap(({ gates }) =>
  gates.filter((gate) => verdictOn(gate) === 'broken'),
);
if (values.check && failed.length > 0) {
  console.error(`${failed.length} gates do not hold: ${failed.map(({ what }) => what).join('; ')}.`);
  process.exitCode = 1;
}

/** A busy machine must not fail a gate: what does not hold at first is measured again, and each gate keeps its best try. */
async function checked(each: Case): Promise<Result> {
  let { tables, gates } = await each.run(true);
  for (
    let attempt = 2;
    attempt <= tries && gates.some((gate) => gate.noisy && verdictOn(gate) !== 'holds');
    attempt += 1
  ) {
    console.error(
      `  once more: ${gates
        .filter((gate) => verdictOn(gate) !== 'holds')
        .map(({ what }) => what)
        .join('; ')} …`,
    );
    const again = await each.run(true);
    gates = gates.map((gate, at) => (verdictOn(gate) === 'holds' ? gate : (again.gates[at] ?? gate)));
    ({ tables } = again);
  }
  return { tables, gates };
}

function print({ tables, gates }: Result): void {
  for (const table of tables) if (table.rows.length > 0) printTable(table);
  for (const gate of gates) printGate(gate);
}

function printTable({ title, columns, rows }: Table): void {
  const all = [columns, ...rows.map((row) => row.map(String))];
  const widths = columns.map((_, at) => Math.max(...all.map((row) => (row[at] ?? '').length)));
  console.log(`\n${title}`);
  for (const row of all)
    console.log(
      `  ${row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}`,
    );
}

function printGate(gate: Gate): void {
  const { what, measured, atMost, atLeast } = gate;
  const bound = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const aim = gate.aim === undefined ? '' : `, to become ${gate.aim}`;
  console.log(`  ${verdictOn(gate).padEnd(6)}  ${what}: ${Number(measured.toFixed(2))} (${bound}${aim})`);
}

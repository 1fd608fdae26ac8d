// npm run bench [-- hit burst … --json --check --page]: measures the named cases, or all cases.
import { parseArgs } from 'node:util';
import { type Case, type Gate, type Result, statusOf, type Table } from './case.js';
import { burst } from './cases/burst.js';
import { fleet } from './cases/fleet.js';
import { hit } from './cases/hit.js';
import { imports } from './cases/imports.js';
import { layers } from './cases/layers.js';
import { shared } from './cases/shared.js';
import { start } from './cases/start.js';
import { store } from './cases/store.js';
import { tenants } from './cases/tenants.js';
import { weight } from './cases/weight.js';
import { recordedRun, writePage } from './page/write-page.js';
import { installPeers, peerVersions } from './peers.js';
import { thisMachine } from './results.js';

const cases: readonly Case[] = [hit, tenants, layers, burst, store, shared, weight, imports, start, fleet];
const maxAttempts = 3;

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
  console.error(`unknown case "${unknown}". Known cases: ${cases.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
if (values.page && values.check) {
  console.error('--page and --check exclude each other: --check does not measure everything on the page.');
  process.exit(2);
}
const chosen = cases.filter(({ name }) => positionals.length === 0 || positionals.includes(name));

installPeers();
const results: Record<string, Result> = {};
for (const each of chosen) {
  console.error(`${each.name}: ${each.description} …`);
  const result = values.check ? await checkGates(each) : await each.run(false);
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
  // Cases that this run did not measure keep their recorded results.
  const recorded = positionals.length > 0 ? recordedRun().results : {};
  const all = { ...recorded, ...results };
  const inOrder = cases.flatMap(({ name }) => (all[name] ? [[name, all[name]] as const] : []));
  const date = new Date().toISOString().slice(0, 10);
  writePage({ date, machine: thisMachine(), versions, results: Object.fromEntries(inOrder) });
}

const failed = Object.values(results).flatMap(({ gates }) =>
  gates.filter((gate) => statusOf(gate) === 'failed'),
);
if (values.check && failed.length > 0) {
  console.error(`${failed.length} gates failed: ${failed.map(({ metric }) => metric).join('; ')}.`);
  process.exitCode = 1;
}

/** Measures up to three times until no gate fails, because a busy machine must not fail one. */
async function checkGates(each: Case): Promise<Result> {
  let { tables, gates } = await each.run(true);
  for (let attempt = 2; attempt <= maxAttempts; attempt += 1) {
    const failed = gates.filter((gate) => gate.noisy && statusOf(gate) === 'failed');
    if (failed.length === 0) break;
    console.error(`  measuring again: ${failed.map(({ metric }) => metric).join('; ')} …`);
    const again = await each.run(true);
    gates = gates.map((gate, at) => (statusOf(gate) === 'passed' ? gate : (again.gates[at] ?? gate)));
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
  const { metric, measured, atMost, atLeast } = gate;
  const limit = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
  const target = gate.target === undefined ? '' : `, target ${gate.target}`;
  console.log(`  ${statusOf(gate).padEnd(6)}  ${metric}: ${Number(measured.toFixed(2))} (${limit}${target})`);
}

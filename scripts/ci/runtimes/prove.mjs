// Prints a proof's table, and ends with one line: its result and the figures: `npm run proof -- workers`.
// NAME is a file NAME.proof.mjs here, which exports `prove`. With `--record` the figures go to the page of performance.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const names = readdirSync(new URL('.', import.meta.url)).flatMap(
  (file) => /^(.+)\.proof\.mjs$/.exec(file)?.[1] ?? [],
);
const [name, ...given] = process.argv.slice(2);
const flags = given.filter((flag) => flag !== '--record');
if (!names.includes(name)) {
  console.error(`unknown proof "${name ?? ''}". Known proofs: ${names.join(', ')}.`);
  process.exit(2);
}

const { prove } = await import(new URL(`${name}.proof.mjs`, import.meta.url).href);
const { rows, passed, figures, missing } = await prove(...flags);
if (missing) {
  const isRequired = process.env.SECRETKIT_CI === '1';
  console.log(`${name}: ${isRequired ? 'FAILED' : 'skipped'}: ${missing}`);
  process.exit(isRequired ? 1 : 0);
}
const columns = Object.keys(rows[0]);
const lines = [Object.fromEntries(columns.map((column) => [column, column])), ...rows];
const widths = columns.map((column) => Math.max(...lines.map((line) => String(line[column]).length)));
for (const line of lines) {
  const cells = columns.map((column, at) => {
    const text = String(line[column]);
    return typeof line[column] === 'number' ? text.padStart(widths[at]) : text.padEnd(widths[at]);
  });
  console.log(cells.join('  ').trimEnd());
}
console.log(`\n${name}: ${passed ? 'proved' : 'FAILED'}: ${figures}`);
if (passed && given.includes('--record')) record();
process.exit(passed ? 0 : 1);

function record() {
  const file = new URL('../../../docs/performance/proofs.json', import.meta.url);
  const date = new Date().toISOString().slice(0, 10);
  const proofs = { ...JSON.parse(readFileSync(file, 'utf8')), [name]: { date, figures } };
  writeFileSync(file, `${JSON.stringify(proofs, undefined, 2)}\n`);
  console.log('Recorded. Write the page: node --import tsx bench/src/render.ts');
}

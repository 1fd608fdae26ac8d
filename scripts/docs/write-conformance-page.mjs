// Writes docs/reference/conformance-results.md from the results of the last test run. With --check, reports whether it is up to date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { markdownTable } from './markdown-table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const results = `${root}.cache/conformance.json`;
const page = `${root}docs/reference/conformance-results.md`;

if (!existsSync(results)) {
  console.error('No results of a test run. Run: npm test');
  process.exit(2);
}
const reports = JSON.parse(readFileSync(results, 'utf8'));
const text = `# Conformance results

What every adapter and every middleware of this repository must pass, and how each does. The table is written from the test
run. [\`@secretkit/conformance\`](../../packages/conformance/README.md) runs the same cases on an adapter of yours.

${markdownTable(
  ['', 'cases', 'can, besides `get`'],
  reports.map(({ name, passed, total, capabilities }) => [
    name,
    `${passed}/${total}`,
    capabilities?.map((each) => `\`${each}\``).join(', ') ?? 'what it wraps',
  ]),
)}

Adapters differ in the number of cases because backends do: one without an expiry cannot be asked about it. A middleware is
asked everything around four kinds of provider.

## Of a provider

${list(casesOf((id) => id.split('/').length === 2 && !id.startsWith('wrapping/')))}

## Of a middleware

All of the above around a plain object (\`object/…\`), a class with private state (\`class/…\`), a provider with every method
(\`full/…\`) and one with only \`get\` (\`minimal/…\`), and this:

${list(casesOf((id) => id.startsWith('wrapping/')))}
`;

if (!process.argv.includes('--check')) {
  writeFileSync(page, text);
} else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  console.error(
    `${page.slice(root.length)} is out of date. Run: node scripts/docs/write-conformance-page.mjs`,
  );
  process.exit(1);
}

function casesOf(isWanted) {
  const titles = new Map(reports.flatMap(({ cases }) => cases.map(({ id, title }) => [id, title])));
  return [...titles].filter(([id]) => isWanted(id)).sort(([one], [other]) => (one < other ? -1 : 1));
}

function list(cases) {
  return cases.map(([id, title]) => `- \`${id}\`: ${title.replaceAll('__', '\\_\\_')}`).join('\n');
}

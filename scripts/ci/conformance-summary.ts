// Prints the results of the conformance kit at the end of a test run, and saves them for docs/reference/conformance-results.md.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConformanceReport } from '@secretkit/conformance';

const folder = fileURLToPath(new URL('../../.cache/conformance/', import.meta.url));

export function setup(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

export function teardown(): void {
  const reports = readdirSync(folder)
    .sort()
    .map(
      (file) => JSON.parse(readFileSync(`${folder}${file}`, 'utf8')) as ConformanceReport, // saveReports wrote it
    );
  if (reports.length === 0) return; // the run had no conformance tests
  const width = Math.max(...reports.map(({ name }) => name.length));
  console.log('\nConformance');
  for (const { name, passed, total, capabilities } of reports) {
    const able = capabilities === undefined ? '' : `capabilities ${['get', ...capabilities].join(', ')}`;
    console.log(`  ${name.padEnd(width)}  ${`${passed}/${total}`.padStart(9)} cases  ${able}`.trimEnd());
  }
  writeFileSync(`${folder}../conformance.json`, `${JSON.stringify(reports, undefined, 2)}\n`);
}

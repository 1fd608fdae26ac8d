import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConformanceReport } from '@secretkit/conformance';

const folder = fileURLToPath(new URL('../../.cache/conformance/', import.meta.url));

/** Saves the report of one conformance run, for the summary that ends the tests and the page in the docs. */
export function saveConformanceReport(report: ConformanceReport): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${report.name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
}

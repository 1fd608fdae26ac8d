import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ConformanceReport } from '../report.js';

const folder = fileURLToPath(new URL('../../../../.cache/conformance/', import.meta.url));

/** Keeps a report for the summary that ends the test run. */
export function saveReport(report: ConformanceReport): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}${report.name}.json`, `${JSON.stringify(report, undefined, 2)}\n`);
}

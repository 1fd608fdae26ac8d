import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchRecord } from '../results.js';
import { charts } from './charts.js';
import { performancePage } from './performance-page.js';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const recorded = `${docs}performance/results.json`;

/** The page and its charts, by the path of their file. */
export function pageFiles(record: BenchRecord): Readonly<Record<string, string>> {
  const files: Record<string, string> = { [`${docs}performance.md`]: performancePage(record) };
  for (const [file, svg] of Object.entries(charts(record.results))) files[`${docs}performance/${file}`] = svg;
  return files;
}

/** Records a run, and writes the page that tells of it. */
export function writePage(record: BenchRecord): void {
  mkdirSync(`${docs}performance`, { recursive: true });
  writeFileSync(recorded, `${JSON.stringify(record, undefined, 2)}\n`);
  for (const [file, content] of Object.entries(pageFiles(record))) writeFileSync(file, content);
}

/** What the last `writePage` recorded. */
export function recordedRun(): BenchRecord {
  return JSON.parse(readFileSync(recorded, 'utf8')) as BenchRecord;
}

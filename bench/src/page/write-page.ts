import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchRecord } from '../results.js';
import { charts } from './charts.js';
import { performancePage } from './performance-page.js';
import { withTtlTable } from './ttl-table.js';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const recorded = `${docs}performance/results.json`;

/** The page and its charts, by the path of their file. */
export function pageFiles(record: BenchRecord): Readonly<Record<string, string>> {
  const guide = `${docs}guides/choosing-ttls.md`;
  const files: Record<string, string> = {
    [`${docs}performance.md`]: performancePage(record),
    [guide]: withTtlTable(readFileSync(guide, 'utf8'), record.results),
  };
  for (const [file, text] of Object.entries(files)) files[file] = formatted(file, text);
  for (const [file, svg] of Object.entries(charts(record.results))) files[`${docs}performance/${file}`] = svg;
  return files;
}

/** Records a run, and writes the page that tells of it. */
export function writePage(record: BenchRecord): void {
  mkdirSync(`${docs}performance`, { recursive: true });
  writeFileSync(recorded, formatted(recorded, JSON.stringify(record)));
  for (const [file, content] of Object.entries(pageFiles(record))) writeFileSync(file, content);
}

/** What the last `writePage` recorded. */
export function recordedRun(): BenchRecord {
  return JSON.parse(readFileSync(recorded, 'utf8')) as BenchRecord;
}

/** As everything in the workspace is. */
function formatted(file: string, text: string): string {
  const { status, stdout, stderr } = spawnSync('biome', ['format', `--stdin-file-path=${file}`], {
    input: text,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${file} cannot be formatted: ${stderr}`);
  return stdout;
}

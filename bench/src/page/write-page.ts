import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BenchRecord, Proofs } from '../results.js';
import { charts } from './charts.js';
import { performancePage } from './performance-page.js';
import { withTtlTable } from './ttl-table.js';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const resultsFile = `${docs}performance/results.json`;
const proofsFile = `${docs}performance/proofs.json`;

/** Returns the page, its charts and the guide with a generated table, by the path of their file. */
export function pageFiles(record: BenchRecord): Readonly<Record<string, string>> {
  const guide = `${docs}guides/choosing-ttls.md`;
  const files: Record<string, string> = {
    [`${docs}performance.md`]: performancePage(
      record,
      JSON.parse(readFileSync(proofsFile, 'utf8')) as Proofs,
    ),
    [guide]: withTtlTable(readFileSync(guide, 'utf8'), record.results),
  };
  for (const [file, text] of Object.entries(files)) files[file] = format(file, text);
  for (const [file, svg] of Object.entries(charts(record.results))) files[`${docs}performance/${file}`] = svg;
  return files;
}

/** Writes results.json and every file that is generated from it. */
export function writePage(record: BenchRecord): void {
  mkdirSync(`${docs}performance`, { recursive: true });
  writeFileSync(resultsFile, format(resultsFile, JSON.stringify(record)));
  for (const [file, content] of Object.entries(pageFiles(record))) writeFileSync(file, content);
}

/** Reads the run that `writePage` wrote last. */
export function recordedRun(): BenchRecord {
  return JSON.parse(readFileSync(resultsFile, 'utf8')) as BenchRecord;
}

/** Formats a file as biome formats the workspace. */
function format(file: string, text: string): string {
  const { status, stdout, stderr } = spawnSync(
    'npx',
    ['--no', 'biome', 'format', `--stdin-file-path=${file}`],
    {
      cwd: docs,
      input: text,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    },
  );
  if (status !== 0) throw new Error(`biome cannot format ${file}: ${stderr}`);
  return stdout;
}

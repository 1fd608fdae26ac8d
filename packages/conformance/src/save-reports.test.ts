import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { saveReports } from './save-reports.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secretkit-reports-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it.each([
  ['env, files', 'env, files.json'],
  ['@own/adapter', '@own-adapter.json'],
  ['a stack: 50%, #1?', 'a stack: 50%, #1?.json'],
  ['../outside', '..-outside.json'],
])('saveReports writes the report %j to a file in the folder, which it creates', (name, file) => {
  const report = { name, passed: 0, total: 0, cases: [] };
  const below = join(folder, 'reports');
  saveReports(pathToFileURL(`${below}/`))(report);
  expect(readdirSync(below)).toEqual([file]);
  expect(JSON.parse(readFileSync(join(below, file), 'utf8'))).toEqual(report);
});

// Generates docs/performance.md from the last results; with --check it fails if that would change a file.
import { readFileSync } from 'node:fs';
import { pageFiles, recordedRun, writePage } from './page/write-page.js';

const record = recordedRun();
if (process.argv.includes('--check')) {
  const stale = Object.entries(pageFiles(record)).filter(
    ([file, content]) => readFileSync(file, 'utf8') !== content,
  );
  for (const [file] of stale)
    console.error(`${file} is out of date. Run: node --import tsx bench/src/render.ts`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else writePage(record);

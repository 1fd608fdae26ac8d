// Writes docs/performance.md anew from what was measured last; with --check it only says whether that would change anything.
import { readFileSync } from 'node:fs';
import { pageFiles, recordedRun, writePage } from './page/write-page.js';

const record = recordedRun();
if (process.argv.includes('--check')) {
  const stale = Object.entries(pageFiles(record)).filter(
    ([file, content]) => readFileSync(file, 'utf8') !== content,
  );
  for (const [file] of stale)
    console.error(`${file} is not what the results give: npm run bench -- --page measures and writes.`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else writePage(record);

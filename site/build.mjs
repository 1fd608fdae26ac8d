import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { problemsOf, unexpectedLines } from './check-site.mjs';
import { pagesFolder, siteFolder } from './pages.mjs';
import { writePages } from './write-pages.mjs';

/** Builds the site. Rejects with an error that lists the problems of its pages. */
export async function build() {
  refuse(await writePages());
  rmSync(siteFolder, { recursive: true, force: true });
  const vitepress = join(
    dirname(createRequire(import.meta.url).resolve('vitepress/package.json')),
    'bin/vitepress.js',
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitepress, 'build'], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
  });
  const lines = stripVTControlCharacters(`${stdout}\n${stderr}`)
    .split('\n')
    .map((line) => line.trim());
  refuse([...unexpectedLines(lines), ...(status === 0 ? [] : [`vitepress exited with ${status}`])]);
  refuse(problemsOf(siteFolder, pagesFolder));
}

function refuse(problems) {
  if (problems.length > 0) throw new Error(`The site has problems:\n${problems.join('\n')}`);
}

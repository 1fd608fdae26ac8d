// Packs every package into a folder: `node scripts/release/pack-packages.mjs FOLDER`. The same sources give the same bytes.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('The folder of the packed packages is missing. Run: npm run release:pack -- FOLDER');
  process.exit(2);
}

const target = resolve(folder);
mkdirSync(target, { recursive: true });
const pack = ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', target];
const { status } = spawnSync('npx', ['--yes', packageManager, ...pack], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  shell: process.platform === 'win32',
});
process.exit(status ?? 1);

// Packs the packages, and checks the exports, types and files that their users get.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'secretkit-packed-'));

try {
  run(process.execPath, 'scripts/release/pack-packages.mjs', folder);
  for (const file of readdirSync(folder)) {
    run('publint', '--strict', join(folder, file));
    run('attw', join(folder, file), '--profile', 'esm-only', '--quiet');
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${status}.`);
}

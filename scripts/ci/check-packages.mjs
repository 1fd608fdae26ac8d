// Packs each package, and checks the exports, types and files that its users get.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

for (const name of readdirSync(`${root}packages`)) {
  check('publint', '--strict', `packages/${name}`);
  check('attw', '--pack', `packages/${name}`, '--profile', 'esm-only', '--quiet');
}

function check(command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

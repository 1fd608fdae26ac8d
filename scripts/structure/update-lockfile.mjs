import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Brings pnpm-lock.yaml up to date with the package.json files. Downloads nothing where no dependency is new. */
export function updateLockfile(folder) {
  const { packageManager } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const pnpm = (...flags) =>
    spawnSync('npx', ['--yes', packageManager, 'install', '--lockfile-only', ...flags], {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
  const offline = pnpm('--offline');
  const { status, stdout, stderr } = offline.status === 0 ? offline : pnpm();
  if (status === 0) return;
  console.error(
    `${stdout}${stderr}pnpm-lock.yaml is out of date. Run: npx ${packageManager} install --lockfile-only`,
  );
  process.exit(1);
}

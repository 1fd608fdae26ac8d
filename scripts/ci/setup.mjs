// Makes the workspace runnable: checks Node, and installs dependencies when the lockfile has changed since the last time.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager, engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `secretkit needs Node ${engines.node}; this is ${process.versions.node}. Install a newer Node and try again.`,
  );
  process.exit(1);
}

if (!isInstalled()) {
  console.error(`Installing dependencies with ${packageManager} (only when the lockfile has changed) …`);
  const { status } = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2], // what is asked for prints to the standard output
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('The installation failed: see the lines above. Is the npm registry reachable from here?');
    process.exit(status ?? 1);
  }
}

// pnpm keeps a copy of the lockfile it last installed; equal copies mean there is nothing to do.
function isInstalled() {
  const installed = `${root}node_modules/.pnpm/lock.yaml`;
  return (
    existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(`${root}pnpm-lock.yaml`, 'utf8')
  );
}

// Checks the version of Node, and installs the dependencies if the lockfile has changed since the last installation.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager, engines } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node must be ${engines.node}, got ${process.versions.node}. Install a newer version.`);
  process.exit(1);
}

if (!isInstalled()) {
  console.error(`Installing dependencies with ${packageManager} (only if the lockfile has changed) …`);
  const { status } = spawnSync('npx', ['--yes', packageManager, 'install', '--frozen-lockfile'], {
    cwd: root,
    stdio: ['ignore', 2, 2], // stdout belongs to the command that follows
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(
      'The installation failed. Read the lines above, and check that the npm registry can be reached.',
    );
    process.exit(status ?? 1);
  }
}

// pnpm keeps a copy of the lockfile that it installed last.
function isInstalled() {
  const installed = `${root}node_modules/.pnpm/lock.yaml`;
  return (
    existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(`${root}pnpm-lock.yaml`, 'utf8')
  );
}

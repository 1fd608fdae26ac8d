// Checks the version of Node, and installs the dependencies if the lockfile has changed since the last installation.
// `setup.mjs quickstart` installs only what `npm start` needs, unless all dependencies are installed already.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager, engines, name } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const lockfile = readFileSync(`${root}pnpm-lock.yaml`, 'utf8');
// pnpm keeps a copy of the lockfile after a whole installation, and a part of it after one of a few packages.
const wholeCopy = `${root}node_modules/.pnpm/lock.yaml`;
const quickstartCopy = `${root}node_modules/.quickstart-lock.yaml`;

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node must be ${engines.node}, got ${process.versions.node}. Install a newer version.`);
  process.exit(1);
}

const isWhole = existsSync(wholeCopy) && !existsSync(quickstartCopy);
const isQuickstart = process.argv[2] === 'quickstart' && !isWhole;
if (!isInstalled(wholeCopy) && !(isQuickstart && isInstalled(quickstartCopy))) {
  const filters = ['--prod', '--filter', name, '--filter', '@secretkit/example-quickstart...'];
  const what = isQuickstart ? 'what the quickstart needs' : 'dependencies';
  console.error(`Installing ${what} with ${packageManager} (only if the lockfile has changed) …`);
  const args = ['--yes', packageManager, 'install', '--frozen-lockfile', ...(isQuickstart ? filters : [])];
  const { status } = spawnSync('npx', args, {
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
  if (isQuickstart) writeFileSync(quickstartCopy, lockfile);
  else rmSync(quickstartCopy, { force: true });
}

function isInstalled(copy) {
  return existsSync(copy) && readFileSync(copy, 'utf8') === lockfile;
}

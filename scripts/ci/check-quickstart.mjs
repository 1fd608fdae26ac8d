// Runs the README's first command in a fresh copy of the repository, and checks what it installs: at most 40 packages,
// once, and without a terminal in either order with the installation for the tests.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyRepository } from './copy-repository.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'secretkit-quickstart-'));
const mostPackages = 40;

try {
  copyRepository(root, copy);
  const cold = run('npm', 'start');
  const count = packagesIn(copy);
  expect(count <= mostPackages, `npm start installs at most ${mostPackages} packages, got ${count}`);
  expect(/\d+ HTTP calls in total\./.test(cold.stdout), 'npm start prints its last line');
  expect(!installs(run('npm', 'start')), 'a second npm start installs nothing');
  const quickstartOnly = packagesIn(copy);
  expect(installs(run(process.execPath, 'scripts/ci/setup.mjs')), 'npm test installs the rest');
  expect(packagesIn(copy) > quickstartOnly, 'the tests need more packages than the quickstart');
  expect(!installs(run('npm', 'start')), 'npm start after npm test installs nothing');
  expect(!installs(run(process.execPath, 'scripts/ci/setup.mjs')), 'a second npm test installs nothing');
  console.log(`npm start installs ${count} packages; it took ${cold.seconds} s, with the installation.`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function run(command, ...args) {
  const startedAt = Date.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: copy,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, CI: '' }, // as on a user's machine
    shell: process.platform === 'win32',
  });
  const line = [command.split('/').at(-1), ...args].join(' ');
  if (status !== 0) throw new Error(`${stdout}${stderr}\n${line} ended with ${status}.`);
  return { stdout, stderr, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
}

function installs({ stderr }) {
  return stderr.includes('Installing ');
}

function packagesIn(folder) {
  return readdirSync(join(folder, 'node_modules/.pnpm')).filter((entry) => entry.includes('@')).length;
}

function expect(holds, what) {
  if (!holds) throw new Error(`not true: ${what}.`);
}

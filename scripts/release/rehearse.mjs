// Rehearses a release against a registry on this machine: versions, packs, publishes, installs, runs and upgrades every
// package. A clean copy of the repository must give the same files as this one, byte by byte.
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyRepository } from '../ci/copy-repository.mjs';
import { blocksOf } from '../docs/recipe.mjs';
import { startRegistry } from './local-registry.mjs';
import { publishScript } from './publish-script.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const scratch = mkdtempSync(join(tmpdir(), 'secretkit-release-'));
const registry = await startRegistry();

/** The oldest and the newest supported TypeScript, beside the one of the workspace. */
const compilers = {
  'typescript-oldest': '5.2.2',
  'typescript-newest': '7.0.2',
  typescript: devDependencies.typescript,
};

/** What a project needs that tests with jest. */
const jest = ['jest@30.5.2', 'ts-jest@29.4.15', '@types/jest@30.0.0', '@nestjs/testing@11.2.6'];

/** The oldest and the newest supported peers. The types are checked with the newest. */
const ends = [
  { name: 'oldest', peers: ['stripe@17.7.0', ...nest('10.4.22'), '@opentelemetry/api@1.9.0'] },
  { name: 'newest', peers: ['stripe@23.1.0', ...nest('11.2.10'), '@opentelemetry/api@1.9.1'] },
];

/** The variables by which CI gives the address of the sources. */
const address = {
  GITHUB_SERVER_URL: 'https://forge.example',
  GITHUB_REPOSITORY: 'rehearsal/secretkit',
  GITHUB_SHA: '0'.repeat(40),
};

try {
  const workspace = await release();
  const published = [...registry.packages.values()].map(({ name, 'dist-tags': tags }) => ({
    name,
    version: tags.latest,
  }));
  console.log(`Published: ${published.map(({ name, version }) => `${name}@${version}`).join(', ')}`);
  for (const { name } of published) {
    checkContents(name);
    checkAddress(name);
  }
  for (const end of ends) await consume(end, workspace, published);
  await upgrade(workspace, published);
  console.log(
    'The release was rehearsed: built twice, packed, published, installed, run, type-checked, upgraded.',
  );
} finally {
  await registry.close();
  rmSync(scratch, { recursive: true, force: true });
}

function nest(version) {
  return [`@nestjs/common@${version}`, `@nestjs/core@${version}`, 'reflect-metadata@0.2.2', 'rxjs@7.8.2'];
}

/** Builds a clean copy of the repository, in another folder, and publishes its packages. */
async function release() {
  const workspace = join(scratch, 'workspace');
  copyRepository(root, workspace);
  await run(workspace, 'npx', '--yes', packageManager, 'install', '--frozen-lockfile', '--prefer-offline');
  await pack(workspace);
  await build(root);
  const different = distFiles(workspace).filter(
    (file) => !existsSync(join(root, file)) || !contentOf(root, file).equals(contentOf(workspace, file)),
  );
  if (different.length > 0)
    throw new Error(`Two builds must give the same files, got different ones: ${different.join(', ')}.`);
  await publish(workspace);
  return workspace;
}

function distFiles(workspace) {
  return readdirSync(join(workspace, 'packages')).flatMap((name) =>
    readdirSync(join(workspace, 'packages', name, 'dist'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.endsWith('.tsbuildinfo'))
      .map((entry) => relative(workspace, join(entry.parentPath, entry.name))),
  );
}

function contentOf(workspace, file) {
  return readFileSync(join(workspace, file));
}

async function build(workspace) {
  await run(workspace, join(workspace, 'node_modules/.bin/tsc'), '--build');
  await run(workspace, process.execPath, 'scripts/release/bundle-packages.mjs');
}

/** Raises the versions, builds, and packs every package into the folder `packed`. */
async function pack(workspace) {
  await run(workspace, join(workspace, 'node_modules/.bin/changeset'), 'version');
  await build(workspace);
  await run(workspace, process.execPath, 'scripts/release/add-source-links.mjs');
  rmSync(join(workspace, 'packed'), { recursive: true, force: true });
  await run(workspace, process.execPath, 'scripts/release/pack-packages.mjs', 'packed');
}

/** Runs the step of the release workflow. */
async function publish(workspace) {
  const npmrc = join(scratch, 'npmrc');
  writeFileSync(
    npmrc,
    `@secretkit:registry=${registry.url}\n//${new URL(registry.url).host}/:_authToken=rehearsal\n`,
  );
  const folder = join(workspace, 'packed');
  await run(
    folder,
    'env',
    `NPM_CONFIG_USERCONFIG=${npmrc}`,
    'bash',
    '-eo',
    'pipefail',
    '-c',
    publishScript(),
  );
}

/** Checks that the registry's page of a package links to the sources, and has no relative link. */
function checkAddress(name) {
  const folder = `${scratch}/workspace/packages/${name.split('/')[1]}`;
  const { repository } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  if (!repository?.url.includes(address.GITHUB_REPOSITORY))
    throw new Error(`${name}: package.json must have the address of the repository.`);
  const [link] = /\]\(\.[^)]*\)/.exec(readFileSync(`${folder}/README.md`, 'utf8')) ?? [];
  if (link) throw new Error(`${name}: the README has a relative link: ${link}`);
}

/** Checks that a package contains the files that it lists and the files that npm adds, and no others. */
function checkContents(name) {
  const folder = name.split('/')[1];
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json'], {
    cwd: `${scratch}/workspace/packages/${folder}`,
    encoding: 'utf8',
  });
  const [{ files }] = JSON.parse(stdout);
  const expected =
    /^(dist\/.+\.(js|d\.ts)(\.map)?|src\/.+\.ts|bin\/.+\.js|migrations\/.+\.sql|README\.md|LICENSE|CHANGELOG\.md|package\.json)$/;
  const odd = files.map(({ path }) => path).filter((path) => !expected.test(path) || /\.test/.test(path));
  if (odd.length > 0) throw new Error(`${name}: unexpected files in the package: ${odd.join(', ')}`);
  if (!files.some(({ path }) => path === 'CHANGELOG.md'))
    throw new Error(`${name}: CHANGELOG.md is missing.`);
}

/** Installs and runs the packages in a folder outside the workspace, as a user would. */
async function consume({ name, peers }, workspace, published) {
  const folder = join(scratch, name);
  mkdirSync(folder);
  cpSync(fileURLToPath(new URL('consumer', import.meta.url)), folder, { recursive: true });
  writeFileSync(join(folder, '.npmrc'), `@secretkit:registry=${registry.url}\n`);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const aliases = Object.entries(compilers).map(([alias, version]) => `${alias}@npm:typescript@${version}`);
  const tools = [...aliases, `@types/node@${devDependencies['@types/node']}`, ...jest];
  const packages = published.map((each) => `${each.name}@${each.version}`);
  await run(folder, 'npm', 'install', ...quiet, ...packages, ...peers, ...(name === 'newest' ? tools : []));

  const entries = published.flatMap((each) => entriesOf(workspace, each.name)).filter(loadable);
  writeFileSync(join(folder, 'entries.json'), JSON.stringify(entries));
  await run(folder, process.execPath, 'main.mjs');
  await run(folder, process.execPath, '--no-warnings', 'required.cjs');
  if (name !== 'newest') return;

  writeFileSync(
    join(folder, 'every-entry.mts'),
    entries.map((entry, at) => `export * as e${at} from '${entry}';\n`).join(''),
  );
  const strict = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--types', 'node', '--target', 'es2022'];
  const libraries = ['--lib', 'es2022,dom'];
  for (const [compiler, module, resolution] of [
    ['typescript-oldest', 'nodenext', 'nodenext'],
    ['typescript-oldest', 'esnext', 'bundler'],
    ['typescript', 'node16', 'node16'],
    ['typescript-newest', 'nodenext', 'nodenext'],
    ['typescript-newest', 'esnext', 'bundler'],
  ]) {
    const tsc = join(folder, 'node_modules', compiler, 'bin/tsc');
    const options = [...strict, ...libraries, '--module', module, '--moduleResolution', resolution];
    await run(folder, process.execPath, tsc, ...options, 'every-entry.mts', 'types.mts');
  }
  const runJest = join(folder, 'node_modules/jest/bin/jest.js');
  await run(join(folder, 'jest'), process.execPath, runJest);
  await run(writeJestRecipe(join(folder, 'recipe')), process.execPath, runJest);
}

/** Writes the files of the recipe into a folder. Its test is that of vitest without the first line, as the page says. */
function writeJestRecipe(folder) {
  for (const { kind, name, text } of blocksOf('jest-and-vitest')) {
    if (kind !== 'file') continue;
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), text.replace(/^import .* from 'vitest';\n/m, ''));
  }
  return folder;
}

/** vitest loads its fixture by itself. */
function loadable(entry) {
  return !entry.endsWith('/vitest');
}

function entriesOf(workspace, name) {
  const manifest = JSON.parse(
    readFileSync(`${workspace}/packages/${name.split('/')[1]}/package.json`, 'utf8'),
  );
  return Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1));
}

/** Releases a patch of core alone, and updates an installation of the release before. */
async function upgrade(workspace, published) {
  const core = published.find(({ name }) => name === '@secretkit/core');
  writeFileSync(
    `${workspace}/.changeset/rehearsed.md`,
    "---\n'@secretkit/core': patch\n---\n\nA rehearsed patch.\n",
  );
  await pack(workspace);
  await publish(workspace);
  const folder = join(scratch, 'newest');
  await run(folder, 'npm', 'update', '--no-audit', '--no-fund', '--loglevel=error', '@secretkit/core');
  const installed = JSON.parse(
    readFileSync(join(folder, 'node_modules/@secretkit/core/package.json'), 'utf8'),
  ).version;
  if (installed === core.version)
    throw new Error(`npm update must install a newer @secretkit/core, got ${installed}.`);
  await run(folder, process.execPath, 'main.mjs');
}

/** Asynchronous, because the registry in this process must answer meanwhile. */
function run(cwd, command, ...args) {
  const startedAt = Date.now();
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...address, npm_config_provenance: 'false' };
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const line = [command, ...args.slice(0, 3)].map((part) => part.split('/').at(-1)).join(' ');
      if (code !== 0) return reject(new Error(`${line} ended with ${code}:\n${output}`));
      console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s  ${line.slice(0, 80)}`);
      resolve(output);
    });
  });
}

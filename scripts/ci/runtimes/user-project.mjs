// Makes the project of a user: the packed packages, installed by npm, and tests of the workspace that import them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { cache, npmInstall } from './install.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const { packageManager, devDependencies } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const packages = ['core', 'testing', 'conformance', 'memory', 'file-reader', 'env', 'files', 'middleware'];

/** They use nothing of vitest but `describe` and `it`. */
const tests = [
  'packages/memory/src/conformance.test.ts',
  'packages/env/src/conformance.test.ts',
  'packages/files/src/conformance.test.ts',
  'packages/middleware/src/conformance/middleware.test.ts',
  'packages/middleware/src/cache/interleavings.test.ts',
];

/** Returns the folder, which has no tests yet. */
export function makeUserProject() {
  const folder = `${cache}project/`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(`${folder}packed`, { recursive: true });
  writeFileSync(`${folder}package.json`, '{ "private": true, "type": "module" }\n');
  for (const name of packages) pack(name, `${folder}packed`);
  const packed = readdirSync(`${folder}packed`).map((file) => `./packed/${file}`);
  const { status, stderr } = npmInstall(folder, ...packed, `fast-check@${devDependencies['fast-check']}`);
  if (status !== 0) throw new Error(`npm could not install the packed packages:\n${stderr}`);
  return folder;
}

/**
 * Compiles the tests, which import `describe` and `it` from the runner. Returns their paths.
 *
 * @param name - The folder of the compiled tests in the project.
 * @param runner - The module of the test runner, such as `bun:test`, or the path of a file that is compiled into the tests.
 */
export async function writeTests(folder, name, runner) {
  await build({
    entryPoints: tests.map((test) => root + test),
    outbase: root,
    outdir: folder + name,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    platform: 'neutral',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [{ name: 'imports of a user', setup: ({ onResolve }) => onResolve({ filter: /./ }, imported) }],
  });
  return tests.map((test) => `./${name}/${test.replace(/\.ts$/, '.js')}`);

  function imported({ kind, path, resolveDir }) {
    if (kind === 'entry-point') return undefined;
    if (path === 'vitest') return { path: runner, external: !isAbsolute(runner) };
    if (!path.startsWith('.')) return { path, external: true };
    const source = resolve(resolveDir, path.replace(/\.js$/, '.ts'));
    const [, owner, file] = /^packages\/([^/]+)\/(src\/.+)$/.exec(relative(root, source)) ?? [];
    const entry = owner && entryOf(owner, file);
    return entry ? { path: entry, external: true } : { path: source };
  }
}

function pack(name, target) {
  const folder = `${root}packages/${name}`;
  if (!existsSync(`${folder}/dist`))
    throw new Error(`packages/${name} must be built. Run npm run build first.`);
  const args = ['--yes', packageManager, 'pack', '--pack-destination', target];
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`packages/${name} could not be packed:\n${stdout}${stderr}`);
}

/** Returns the specifier by which a user imports a source file; `undefined` for one without an entry, which is compiled in. */
function entryOf(name, file) {
  const { exports } = JSON.parse(readFileSync(`${root}packages/${name}/package.json`, 'utf8'));
  const own = Object.keys(exports).find((path) => exports[path]['@secretkit/source'] === `./${file}`);
  const path = own ?? ('.' in exports ? '.' : undefined);
  return path && `@secretkit/${name}${path.slice(1)}`;
}

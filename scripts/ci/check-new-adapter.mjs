// Creates an adapter by `npm run new` in a copy of the repository, and checks that it passes without a change by hand.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyRepository } from './copy-repository.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const name = 'sample';
const copy = mkdtempSync(join(tmpdir(), 'secretkit-new-adapter-'));

try {
  copyRepository(root, copy);
  run('npm', 'run', '--silent', 'new', '--', 'adapter', name);
  run(process.execPath, 'scripts/ci/setup.mjs'); // with a frozen lockfile
  run(process.execPath, 'scripts/structure/sync.mjs', '--check');
  run('biome', 'ci', '--log-level=warn', `packages/${name}`, 'package.json', 'tsconfig.json');
  run(
    'vitest',
    'run',
    '--typecheck.enabled=false',
    '--reporter=dot',
    `packages/${name}`,
    'scripts/structure',
  );
  run('tsc', '--build', `packages/${name}`);
  run('eslint', `packages/${name}`);
  console.log('A new adapter passes its tests, the structure tests, the build and the linter.');
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function run(command, ...args) {
  const startedAt = Date.now();
  const { status } = spawnSync(command, args, {
    cwd: copy,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${join(copy, 'node_modules/.bin')}${delimiter}${process.env.PATH}` },
    shell: process.platform === 'win32',
  });
  const line = [command.split('/').at(-1), ...args].join(' ');
  console.log(
    `${status === 0 ? 'passed' : 'FAILED'}  ${line}  ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`,
  );
  if (status !== 0) throw new Error(`${line} ended with ${status}.`);
}

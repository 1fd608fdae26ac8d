// Mutation testing: changes the sources in small ways, and counts the changes that no test detects.
// `npm run mutation -- core middleware` tests packages, `npm run mutation -- middleware/cache` one folder.
// Stryker's dependencies need a newer Node than the workspace allows, so it runs in a copy of the repository.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const parts = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['core', 'middleware'];
const left = new Set(['node_modules', '.git', '.cache', 'dist', 'coverage', 'api']);

const copy = mkdtempSync(join(tmpdir(), 'secretkit-mutation-'));
try {
  cpSync(root, copy, { recursive: true, filter: (file) => !left.has(basename(file)) });
  const workspace = readFileSync(`${copy}/pnpm-workspace.yaml`, 'utf8');
  writeFileSync(
    `${copy}/pnpm-workspace.yaml`,
    workspace.replace('engineStrict: true', 'engineStrict: false'),
  );
  const stryker = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/vitest-runner@9.6.1'];
  run('npx', '--yes', packageManager, 'add', '--workspace-root', '--save-dev', '--silent', ...stryker);

  for (const part of parts) {
    writeFileSync(`${copy}/stryker.json`, JSON.stringify(settings(part)));
    rmSync(`${copy}/reports`, { recursive: true, force: true });
    run('npx', '--yes', packageManager, 'exec', 'stryker', 'run', 'stryker.json');
    const report = `${root}.cache/mutation/${part}`;
    if (!existsSync(`${copy}/reports/mutation`)) continue; // Stryker failed, and printed the reason
    cpSync(`${copy}/reports/mutation`, report, { recursive: true });
    console.log(`The report is ${report}/mutation.html`);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function settings(part) {
  const [name, ...path] = part.split('/');
  const sources = `packages/${name}/src`;
  const file = path.join('/');
  const changed =
    path.length === 0 ? [`${sources}/**/*.ts`] : [`${sources}/${file}.ts`, `${sources}/${file}/**/*.ts`];
  writeFileSync(
    `${copy}/vitest.mutation.config.ts`,
    `import base from './vitest.config.js';

const { projects: _, coverage: __, ...test } = base.test ?? {};
export default { ...base, test: { ...test, include: ['${sources}/**/*.test.ts'], exclude: ['**/memory.test.ts'], testTimeout: 30_000 } };
`,
  );
  return {
    plugins: [`${copy}/node_modules/@stryker-mutator/vitest-runner/dist/src/index.js`], // pnpm hides it from Stryker's search
    testRunner: 'vitest',
    vitest: { configFile: 'vitest.mutation.config.ts' },
    mutate: [...changed, `!${sources}/**/*.test*.ts`, `!${sources}/index.ts`],
    coverageAnalysis: 'perTest',
    concurrency: 2,
    timeoutMS: 15_000, // long, so that a busy machine detects no mutant by mistake
    inPlace: true,
    reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
    clearTextReporter: { reportTests: false, allowColor: false },
    thresholds: { high: 95, low: 90, break: 90 },
    allowEmpty: false,
  };
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: copy,
    env: { ...process.env, SECRETKIT_SOAK: '0.04' }, // small: every test runs hundreds of times
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${command} ${args.slice(0, 4).join(' ')} … failed`);
    process.exitCode = status ?? 1;
  }
}

// Mutation testing: changes the sources in small ways, and counts the changes that no test detects.
// `npm run mutation -- core middleware` tests packages, `npm run mutation -- middleware/cache` one folder: first by its own tests,
// which take minutes, and then what these do not detect by all tests of the package.
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

  for (const part of parts) mutate(part);
} finally {
  rmSync(copy, { recursive: true, force: true });
}

function mutate(part) {
  const [name, ...path] = part.split('/');
  const sources = `packages/${name}/src`;
  const folder = [sources, ...path].join('/');
  const changed = [`${folder}.ts`, `${folder}/**/*.ts`, `!${sources}/**/*.test*.ts`, `!${sources}/index.ts`];
  const report = runStryker(changed, [`${folder}.test.ts`, `${folder}/**/*.test.ts`]);
  if (!report) return; // Stryker failed, and printed the reason
  const places = path.length > 0 ? undetected(report).map(({ place }) => place) : [];
  const again = places.length > 0 ? runStryker(places, [`${sources}/**/*.test.ts`]) : undefined;
  const survived = undetected(again ?? report);
  const total = Object.values(report.files).flatMap(({ mutants }) => mutants.filter(isTested)).length;
  const score = (100 * (total - survived.length)) / total;
  for (const { place, replacement } of survived) console.log(`survived: ${place} ${replacement}`);
  console.log(`${part}: ${total - survived.length} of ${total} mutants detected: ${score.toFixed(1)} %`);
  if (score < 90) process.exitCode = 1;
}

function isTested({ status }) {
  return !['CompileError', 'RuntimeError', 'Ignored'].includes(status);
}

/** Returns the mutants that no test detected, with their place as Stryker's option `mutate` takes it. */
function undetected({ files }) {
  return Object.entries(files).flatMap(([file, { mutants }]) =>
    mutants
      .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
      .map(({ location: { start, end }, mutatorName, replacement }) => ({
        place: `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`, // columns from 0
        replacement: `${mutatorName}: ${replacement.replaceAll(/\s+/g, ' ').slice(0, 100)}`,
      })),
  );
}

/** Returns Stryker's report, or nothing if it failed. */
function runStryker(mutated, tests) {
  writeFileSync(
    `${copy}/vitest.mutation.config.ts`,
    `import base from './vitest.config.js';

const { projects: _, coverage: __, ...test } = base.test ?? {};
export default { ...base, test: { ...test, include: ${JSON.stringify(tests)}, exclude: ['**/memory.test.ts'], testTimeout: 30_000 } };
`,
  );
  const report = `${copy}/reports/mutation.json`;
  rmSync(report, { force: true });
  writeFileSync(
    `${copy}/stryker.json`,
    JSON.stringify({
      plugins: [`${copy}/node_modules/@stryker-mutator/vitest-runner/dist/src/index.js`], // pnpm hides it from Stryker's search
      testRunner: 'vitest',
      vitest: { configFile: 'vitest.mutation.config.ts' },
      mutate: mutated,
      coverageAnalysis: 'perTest',
      concurrency: 2,
      timeoutMS: 15_000, // long, so that a busy machine detects no mutant by mistake
      inPlace: true,
      reporters: ['progress-append-only', 'json'],
      jsonReporter: { fileName: report },
      allowEmpty: false,
    }),
  );
  run('npx', '--yes', packageManager, 'exec', 'stryker', 'run', 'stryker.json');
  return existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
}

function run(command, ...args) {
  const { status } = spawnSync(command, args, {
    cwd: copy,
    env: { ...process.env, SECRETKIT_SOAK: '0.02' }, // small: every test runs hundreds of times
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`${command} ${args.slice(0, 4).join(' ')} … failed`);
    process.exitCode = status ?? 1;
  }
}

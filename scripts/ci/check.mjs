// Runs the checks of CI, and reports which passed: `npm run check`.
// `npm run check -- lint types` runs these two; `npm run check -- --skip tests` runs all others.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const source = ['--import', 'tsx', '--conditions=@secretkit/source'];
const quickstart = (...flags) => ['node', ...source, 'examples/quickstart/src/main.ts', ...flags];

const checks = {
  sync: [['node', 'scripts/structure/sync.mjs', '--check']],
  format: [['biome', 'ci', '.']],
  lint: [['eslint', '.']],
  build: [
    ['tsc', '--build', '--force'],
    ['node', 'scripts/release/bundle-packages.mjs'],
  ],
  sizes: [['npm', '--prefix', 'bench', 'run', 'sizes']],
  types: [['tsc', '-p', 'tsconfig.checks.json']],
  unused: [['knip']],
  readme: [
    ['node', 'scripts/docs/compile-code-blocks.mjs'],
    ['node', ...source, 'scripts/docs/run-code-blocks.mjs'],
  ],
  docs: [['typedoc'], ['node', 'scripts/docs/update-reference.mjs', '--check']],
  // In a browser. `docs` has written it.
  site: [['node', '--test', '--test-reporter=spec', 'scripts/docs/site/site.test.mjs']],
  // publint and attw pack with pnpm, and find it on the PATH of `pnpm exec`.
  packages: [['npx', '--yes', packageManager, 'exec', 'node', 'scripts/ci/check-packages.mjs']],
  quickstart: [['node', 'scripts/ci/check-quickstart.mjs']],
  'new-adapter': [['node', 'scripts/ci/check-new-adapter.mjs']],
  // `build` has written the packages that the tests on Bun and Deno install.
  runtimes: [['node', 'scripts/ci/runtimes/run.mjs']],
  proofs: [
    ['node', 'scripts/ci/runtimes/prove.mjs', 'workers'],
    ['node', 'scripts/ci/runtimes/prove.mjs', 'files', '--small'],
    ['node', 'scripts/ci/runtimes/prove.mjs', 'rotation', '--small'],
    ['node', 'scripts/ci/runtimes/prove.mjs', 'sealed', '--small'],
    ['node', 'scripts/ci/runtimes/prove.mjs', 'leases', '--small'],
    ['node', 'scripts/ci/runtimes/prove.mjs', 'oauth', '--small'],
  ],
  release: [['node', 'scripts/release/rehearse.mjs']],
  // The performance page shows recorded measurements; the second command measures the limits again.
  bench: [
    ['node', '--import', 'tsx', 'bench/src/render.ts', '--check'],
    ['npm', 'run', '-s', 'bench', '--', '--check'],
  ],
  tests: [['vitest', 'run', '--coverage']],
  conformance: [['node', 'scripts/docs/write-conformance-page.mjs', '--check']],
  examples: [
    quickstart(),
    ['node', 'scripts/docs/record-quickstart.mjs', '--check'],
    quickstart('--backend', 'memory'),
    quickstart('--backend', 'env'),
    ['node', ...source, 'examples/stripe-app/src/main.ts'],
    ['node', ...source, 'examples/telemetry/src/main.ts'],
    ['node', ...source, 'examples/command/src/main.ts'],
    ['node', ...source, 'examples/files/src/main.ts'],
    ['node', ...source, 'examples/aws/src/main.ts'],
    ['node', ...source, 'examples/vault/src/main.ts'],
    ['node', ...source, 'examples/rotation/src/main.ts', '2'],
  ],
};

const names = Object.keys(checks);
const skips = process.argv[2] === '--skip';
const given = process.argv.slice(skips ? 3 : 2);
const unknown = given.find((name) => !names.includes(name));
if (unknown) {
  console.error(`unknown check "${unknown}". Known checks: ${names.join(', ')}.`);
  process.exit(2);
}
const chosen = names.filter((name) => given.length === 0 || given.includes(name) !== skips);

const results = chosen.map((name) => {
  console.log(`\n── ${name}`);
  const startedAt = Date.now();
  const passed = checks[name].every(succeeds);
  return { name, passed, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
});

console.log('');
for (const { name, passed, seconds } of results) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(12)} ${seconds.padStart(6)} s`);
}
process.exit(results.every(({ passed }) => passed) ? 0 : 1);

// npm puts node_modules/.bin on the PATH of its scripts.
function succeeds([command, ...args]) {
  console.log(`$ ${[command, ...args].join(' ')}`);
  return (
    spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' }).status ===
    0
  );
}

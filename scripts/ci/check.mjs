// Runs everything that guards quality, and says what passed. `npm run check -- lint types` runs just those.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { packageManager } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const source = ['--import', 'tsx', '--conditions=@secretkit/source'];
const quickstart = (...flags) => ['node', ...source, 'examples/quickstart/src/main.ts', ...flags];

const checks = {
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
  // What `docs` has written, in a browser.
  site: [['node', '--test', '--test-reporter=spec', 'scripts/docs/site/site.test.mjs']],
  // They pack with pnpm, which is on the PATH of what it runs.
  packages: [['npx', '--yes', packageManager, 'exec', 'node', 'scripts/ci/check-packages.mjs']],
  release: [['node', 'scripts/release/rehearse.mjs']],
  // The page of performance is what was measured; what must hold is measured anew.
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
    ['node', ...source, 'examples/stripe-app-backend/src/main.ts'],
    ['node', ...source, 'examples/telemetry/src/main.ts'],
  ],
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in checks));
if (unknown) {
  console.error(`There is no check "${unknown}". There are ${Object.keys(checks).join(', ')}.`);
  process.exit(2);
}

const results = (asked.length > 0 ? asked : Object.keys(checks)).map((name) => {
  console.log(`\n── ${name}`);
  const startedAt = Date.now();
  const passed = checks[name].every(succeeds);
  return { name, passed, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
});

console.log('');
for (const { name, passed, seconds } of results) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(10)} ${seconds.padStart(6)} s`);
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

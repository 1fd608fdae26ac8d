// Runs the checks of CI, and reports which passed: `npm run check`.
// `npm run check -- lint types` runs these two; `npm run check -- --skip tests` runs all others.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = ['--import', 'tsx', '--conditions=@secretkit/source'];
const quickstart = (...flags) => ['node', ...source, 'examples/quickstart/src/main.ts', ...flags];

const proofs = ['workers', 'files', 'rotation', 'sealed', 'fleet', 'leases', 'oauth'];
const proof = (name) => ['node', 'scripts/ci/runtimes/prove.mjs', name, '--small'];

const checks = {
  sync: [['node', 'scripts/structure/sync.mjs', '--check']],
  format: [['biome', 'ci', '.']],
  build: [
    ['tsc', '--build', '--force'],
    ['node', 'scripts/release/bundle-packages.mjs'],
  ],
  lint: [['eslint', '.']],
  sizes: [['npm', '--prefix', 'bench', 'run', 'sizes']],
  types: [['tsc', '-p', 'tsconfig.checks.json']],
  'browser-types': [['tsc', '-p', 'examples/stripe-app']],
  unused: [['knip']],
  readme: [
    ['node', 'scripts/docs/compile-code-blocks.mjs'],
    ['node', ...source, 'scripts/docs/run-code-blocks.mjs'],
  ],
  docs: [['typedoc'], ['node', 'scripts/docs/update-reference.mjs', '--check']],
  // In a browser.
  site: [
    ['node', ...source, 'site/main.mjs', '--build'],
    ['node', '--test', '--test-reporter=spec', 'site/test/check-site.test.mjs', 'site/test/site.test.mjs'],
  ],
  packages: [['node', 'scripts/ci/check-packages.mjs']],
  quickstart: [['node', 'scripts/ci/check-quickstart.mjs']],
  'new-adapter': [['node', 'scripts/ci/check-new-adapter.mjs']],
  // `build` has written the packages that the tests on Bun and Deno install.
  runtimes: [
    ['node', 'scripts/ci/runtimes/run.mjs'],
    ['node', ...source, 'scripts/ci/runtimes/recipes.mjs'],
  ],
  ...Object.fromEntries(proofs.map((name) => [`proof:${name}`, [proof(name)]])),
  release: [['node', 'scripts/release/rehearse.mjs']],
  // The performance page shows recorded measurements; the second command measures the limits again.
  bench: [
    ['node', '--import', 'tsx', 'bench/src/render.ts', '--check'],
    ['npm', 'run', '-s', 'bench', '--', '--check'],
  ],
  tests: [['vitest', 'run', '--coverage']],
  conformance: [['node', 'scripts/docs/write-conformance-page.mjs', '--check']],
  examples: [
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

/** Each uses all cores, or writes what others read: one at a time, before all others. */
const alone = ['sync', 'format', 'build', 'tests', 'conformance', 'runtimes']; // the page is of the tests on this Node

/** Each uses about one core: two at a time, the slowest first. The bench counts CPU time, so it may share the machine. */
const slowestFirst = [
  ...['release', 'bench', 'site', 'lint', 'readme', 'new-adapter', 'types', 'proof:sealed', 'packages'],
  ...['proof:rotation', 'docs', 'quickstart', 'proof:leases', 'proof:oauth', 'examples', 'proof:fleet'],
];

const names = Object.keys(checks);
const skips = process.argv[2] === '--skip';
const given = process.argv.slice(skips ? 3 : 2);
const unknown = given.find((name) => !names.includes(name));
if (unknown) {
  console.error(`unknown check "${unknown}". Known checks: ${names.join(', ')}.`);
  process.exit(2);
}
const chosen = names.filter((name) => given.length === 0 || given.includes(name) !== skips);

const results = [];
const others = [...new Set([...slowestFirst, ...names])].filter((name) => !alone.includes(name));
for (const name of alone) if (chosen.includes(name)) results.push(await check(name, true));
const waiting = others.filter((name) => chosen.includes(name));
const isAlone = waiting.length === 1;
await Promise.all([checkWaiting(), checkWaiting()]);

console.log('');
for (const { name, passed, seconds } of results) {
  console.log(`${passed ? 'passed' : 'FAILED'}  ${name.padEnd(12)} ${seconds.padStart(6)} s`);
}
// A log is often cut: what failed stands at its end.
for (const { name, passed, output } of results) {
  if (!passed)
    console.log(
      `\n── ${name}, its last lines\n${output.join('').trimEnd().split('\n').slice(-20).join('\n')}`,
    );
}
process.exit(results.every(({ passed }) => passed) ? 0 : 1);

async function checkWaiting() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
    results.push(await check(name, isAlone));
}

async function check(name, isAlone) {
  const startedAt = Date.now();
  const output = [];
  const print = (text) => {
    output.push(text);
    if (isAlone) process.stdout.write(text);
  };
  print(`\n── ${name}\n`);
  let passed = true;
  for (const command of checks[name]) passed &&= await succeeds(command, print);
  if (!isAlone) process.stdout.write(output.join(''));
  return { name, passed, output, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
}

// npm puts node_modules/.bin on the PATH of its scripts.
async function succeeds([command, ...args], print) {
  print(`$ ${[command, ...args].join(' ')}\n`);
  const child = spawn(command, args, {
    cwd: root,
    shell: process.platform === 'win32',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', print);
  child.stderr.setEncoding('utf8').on('data', print);
  const [status] = await once(child, 'close');
  return status === 0;
}

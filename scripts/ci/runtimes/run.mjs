// Runs the tests on other runtimes: the whole suite on Node 24, the tests of the built packages on Bun and Deno.
// `node scripts/ci/runtimes/run.mjs bun deno` runs these two. A missing runtime is skipped, or fails if SECRETKIT_CI is set.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { junitCounts, vitestCounts } from './counts.mjs';
import { cache, install } from './install.mjs';
import { makeUserProject, writeTests } from './user-project.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const results = `${cache}results/`;
const suites = { bun: runBun, deno: runDeno, 'node-24': runNode };
const none = { passed: 0, failed: 1, skipped: 0 }; // the runner wrote no report
const soak = { SECRETKIT_SOAK: '0.06' }; // 300 runs of the cache's model, of a fixed seed

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
const unknown = names.find((name) => !Object.hasOwn(suites, name));
if (unknown) {
  console.error(`unknown runtime "${unknown}". Known runtimes: ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
let project;
const totals = [];
for (const name of names) totals.push({ name, ...(await resultOf(name)) });
writeFileSync(`${cache}totals.json`, `${JSON.stringify(totals, undefined, 2)}\n`);

console.log('\nRuntimes');
for (const { name, passed, failed, skipped, seconds, missing } of totals) {
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped  ${seconds} s`;
  console.log(`  ${name.padEnd(8)}  ${missing ? `${failed ? 'FAILED' : 'skipped'}: ${missing}` : counts}`);
}
process.exitCode = totals.every(({ failed }) => failed === 0) ? 0 : 1;

async function resultOf(name) {
  const { path, missing } = install(name);
  if (missing) {
    const isRequired = process.env.SECRETKIT_CI === '1';
    return { passed: 0, failed: isRequired ? 1 : 0, skipped: isRequired ? 0 : 1, missing };
  }
  console.log(`\n── ${name}: ${run(root, path, ['--version'], { stdio: 'pipe' }).stdout.split('\n')[0]}`);
  const startedAt = Date.now();
  const { status, counts } = await suites[name](path, `${results}${name}`);
  const failed = status === 0 ? counts.failed : Math.max(1, counts.failed); // also a file that cannot be loaded
  return { ...counts, failed, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
}

async function runBun(bun, report) {
  project ??= makeUserProject();
  const tests = await writeTests(project, 'bun:test');
  const options = ['--timeout=60000', '--reporter=junit', `--reporter-outfile=${report}`];
  return runTests(bun, ['test', ...options, ...tests], report);
}

async function runDeno(deno, report) {
  project ??= makeUserProject();
  const tests = await writeTests(project, fileURLToPath(new URL('deno-runner.mjs', import.meta.url)));
  const options = ['--no-prompt', '--no-check', '--no-lock', '--cached-only', `--junit-path=${report}`];
  const permissions = [
    `--allow-read=${project},${tmpdir()},/dev/null`, // secrets in files, and a file that cannot be read
    `--allow-write=${project}.cache,${tmpdir()}`, // reports of the conformance kit, and these files
    '--allow-env=SECRETKIT_SOAK,TMPDIR,TMP,TEMP',
  ];
  return runTests(deno, ['test', ...options, ...permissions, ...tests], report);
}

/** Prints the output only if a test fails: there are thousands. */
function runTests(command, args, report) {
  const { status, stdout, stderr } = run(project, command, args, { env: soak, stdio: 'pipe' });
  if (status !== 0) console.log(stdout + stderr);
  return { status, counts: existsSync(report) ? junitCounts(report) : none };
}

/** The types do not depend on the runtime, and `npm test` checks them. */
function runNode(node, report) {
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--typecheck.enabled=false', ...reporters];
  const env = { PATH: dirname(node) + delimiter + process.env.PATH }; // for tests that start `node`
  const { status } = run(root, node, args, { env });
  return { status, counts: existsSync(report) ? vitestCounts(report) : none };
}

function run(cwd, command, args, { env, stdio = 'inherit' }) {
  const options = { cwd, stdio, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 };
  return spawnSync(command, args, { ...options, env: { ...process.env, ...env } });
}

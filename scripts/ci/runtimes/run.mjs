// Runs the tests on other runtimes: those of the packages on Node 24, the tests of the built packages on Bun and Deno.
// `node scripts/ci/runtimes/run.mjs bun deno` runs these two. A missing runtime is skipped, or fails if SECRETKIT_CI is set.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { junitCounts, vitestCounts } from './counts.mjs';
import { cache, install } from './install.mjs';
import { makeUserProject, writeTests } from './user-project.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const results = `${cache}results/`;
/** `run` returns the exit status. All run at the same time: Bun and Deno use one core each. */
const suites = {
  bun: { run: runBun, countsOf: junitCounts },
  deno: { run: runDeno, countsOf: junitCounts },
  'node-24': { run: runNode, countsOf: vitestCounts },
};
const none = { passed: 0, failed: 1, skipped: 0, failures: [] }; // the runner wrote no report
const soak = { SECRETKIT_SOAK: '0.06' }; // 300 runs of the cache's model, of a fixed seed

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
const unknown = names.find((name) => !Object.hasOwn(suites, name));
if (unknown) {
  console.error(`unknown runtime "${unknown}". Known runtimes: ${Object.keys(suites).join(', ')}.`);
  process.exit(2);
}

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
const installed = names.map((name) => ({ name, ...install(name) }));
const needsProject = installed.some(({ name, path }) => path && suites[name] !== suites['node-24']);
const project = needsProject ? makeUserProject() : undefined;
const totals = await Promise.all(
  installed.map(async (each) => ({ name: each.name, ...(await resultOf(each)) })),
);
writeFileSync(`${cache}totals.json`, `${JSON.stringify(totals, undefined, 2)}\n`);

console.log('\nRuntimes');
for (const { name, passed, failed, skipped, seconds, missing } of totals) {
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped  ${seconds} s`;
  console.log(`  ${name.padEnd(8)}  ${missing ? `${failed ? 'FAILED' : 'skipped'}: ${missing}` : counts}`);
}
for (const { name, failures } of totals) {
  for (const failure of failures) console.log(`  ${name} failed: ${failure}`);
}
process.exitCode = totals.every(({ failed }) => failed === 0) ? 0 : 1;

async function resultOf({ name, path, missing }) {
  if (missing) {
    const isRequired = process.env.SECRETKIT_CI === '1';
    return { passed: 0, failed: isRequired ? 1 : 0, skipped: isRequired ? 0 : 1, failures: [], missing };
  }
  console.log(`${name}: ${spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]}`);
  const { run, countsOf } = suites[name];
  const report = results + name;
  const startedAt = Date.now();
  const status = await run(path, report);
  const counts = existsSync(report) ? countsOf(report) : none;
  const failed = status === 0 ? counts.failed : Math.max(1, counts.failed); // also a file that cannot be loaded
  return { ...counts, failed, seconds: ((Date.now() - startedAt) / 1_000).toFixed(1) };
}

async function runBun(bun, report) {
  const tests = await writeTests(project, 'bun', 'bun:test');
  const options = ['--timeout=60000', '--reporter=junit', `--reporter-outfile=${report}`];
  return run(project, bun, ['test', ...options, ...tests]);
}

async function runDeno(deno, report) {
  const tests = await writeTests(project, 'deno', fileURLToPath(new URL('deno-runner.mjs', import.meta.url)));
  const options = ['--no-prompt', '--no-check', '--no-lock', '--cached-only', `--junit-path=${report}`];
  const permissions = [
    `--allow-read=${project},${tmpdir()}`, // secrets in files
    `--allow-write=${project}deno/.cache,${tmpdir()}`, // reports of the conformance kit, and these files
    '--allow-env=SECRETKIT_SOAK,TMPDIR,TMP,TEMP',
  ];
  return run(project, deno, ['test', ...options, ...permissions, ...tests]);
}

/**
 * The tests of the packages, without those named `conformance`: Node 20 runs them, and Bun and Deno run the kit. The types, the structure
 * and the simulation do not depend on the runtime, and CI runs the examples. The workflow runs all of it on 22, 24 and 26.
 */
function runNode(node, report) {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const tests = readdirSync(`${root}packages`).flatMap((name) =>
    readdirSync(`${root}packages/${name}/src`, { recursive: true })
      .filter((file) => file.endsWith('.test.ts') && !/^conformance[./\\]/.test(file))
      .map((file) => `packages/${name}/src/${file}`),
  );
  const options = ['--typecheck.enabled=false', ...tests, ...reporters];
  const env = { PATH: dirname(node) + delimiter + process.env.PATH }; // for tests that start `node`
  return run(root, node, ['node_modules/vitest/vitest.mjs', 'run', ...options], env);
}

/** Prints the output only if a test fails: there are thousands. */
function run(cwd, command, args, env) {
  return new Promise((resolve, reject) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd, stdio, env: { ...process.env, ...soak, ...env } });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (status) => {
      if (status !== 0) console.log(output);
      resolve(status);
    });
  });
}

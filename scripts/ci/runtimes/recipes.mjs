// Runs the recipes for other runtimes than Node as they are written: Bun, Deno, and Cloudflare Workers.
// A missing runtime is skipped, or fails if SECRETKIT_CI is set.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runRecipe } from '../../../examples/recipes/src/run-recipe.ts';
import { hasOpenBao, startOpenBao } from '../../../packages/vault/test/openbao.ts';
import { cache, install } from './install.mjs';
import { makeUserProject } from './user-project.mjs';

const project = `${cache}project/`; // run.mjs has made it
const worker = fileURLToPath(new URL('serve-worker.mjs', import.meta.url));

const recipes = { bun, deno, 'cloudflare-workers': cloudflareWorkers };
let isPassed = true;
for (const [name, run] of Object.entries(recipes)) {
  const startedAt = Date.now();
  const { problem, missing } = await run();
  const isMissing = missing && process.env['SECRETKIT_CI'] !== '1';
  isPassed &&= !problem && (!missing || isMissing);
  const result = problem
    ? `FAILED: ${problem}`
    : missing
      ? `${isMissing ? 'skipped' : 'FAILED'}: ${missing}`
      : 'passed';
  console.log(`  recipe ${name.padEnd(18)}  ${result}  ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
}
process.exitCode = isPassed ? 0 : 1;

function bun() {
  return inProject('bun');
}

function deno() {
  return inProject('deno', { DENO_NO_UPDATE_CHECK: '1', DENO_NO_PROMPT: '1' });
}

async function inProject(name, env) {
  const { path, missing } = install(name);
  if (missing) return { missing };
  const installation = existsSync(`${project}node_modules`) ? project : makeUserProject();
  return { problem: await runRecipe(name, { programs: { [name]: path }, installation, env }) };
}

async function cloudflareWorkers() {
  const { path, missing } = install('miniflare');
  if (missing) return { missing };
  if (!hasOpenBao) return { missing: 'OpenBao is not installed' };
  const server = await startOpenBao();
  try {
    const engine = { type: 'kv', options: { version: '2' } };
    await server.ask({ method: 'POST', path: 'sys/mounts/secret', body: engine });
    const env = { VAULT_ADDR: server.url, VAULT_TOKEN: server.rootToken };
    const replace = (command) => (command.startsWith('npx wrangler dev') ? [`node ${worker} ${path}`] : []);
    return { problem: await runRecipe('cloudflare-workers', { env, replace }) };
  } finally {
    await server.close();
  }
}

// Proves that no query fails while the password of a server rotates under load, beside what is usual today: a password that is
// read once, and one that is read for each connection. With `--small`, a few rotations; with names of servers, such as `redis`, only those.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { cache, npmInstall } from './install.mjs';

const full = {
  rotations: 20,
  everyMs: 3_000,
  workers: 50,
  thinkMs: 400,
  maxUses: 25,
  deadlineMs: 10_000,
  leastConnections: 200,
  practiceLagsMs: [0, 500],
};
const small = {
  rotations: 2,
  everyMs: 600,
  workers: 4,
  thinkMs: 20,
  maxUses: 1,
  deadlineMs: 30_000,
  leastConnections: 40,
  practiceLagsMs: [500],
};

const servers = [
  { name: 'postgres', programs: ['initdb', 'postgres'], prover: 'provePostgres' },
  { name: 'mariadb', programs: ['mariadbd', 'mariadb-install-db'], prover: 'proveMariadb' },
  { name: 'redis', programs: ['redis-server'], prover: 'proveRedis' },
];

const awsPackages = [
  'aws-advanced-nodejs-wrapper@2.0.1',
  '@aws-sdk/client-secrets-manager@3.1164.0',
  'pg@8.23.1',
  'mysql2@3.24.6',
];

/** How many cases run at a time: each opens about ten connections. */
const atOnce = 9;

/** Returns a row for each case and the result, or the reason why it cannot run. */
export async function prove(...flags) {
  const { isTested } = await tsImport('../../../packages/rotation/test/server-process.ts', import.meta.url);
  const named = servers.filter(({ name }) => flags.includes(name));
  const chosen = (named.length > 0 ? named : servers).filter(({ programs }) => isTested(...programs));
  if (chosen.length === 0) return { missing: 'none of its servers is installed.' };
  const isSmall = flags.includes('--small');
  const awsWrapper = isSmall ? undefined : await loadAwsWrapper();
  const results = [];
  for (const { name, prover } of chosen) {
    const proof = await tsImport(`../../../packages/rotation/test/proof/${name}-proof.ts`, import.meta.url);
    const result = await proof[prover](isSmall ? small : full, atOnce, awsWrapper);
    results.push({ name, ...result });
  }
  return {
    rows: results.flatMap(({ rows }) => rows),
    passed: results.every(({ passed }) => passed),
    figures: results.map(figuresOf).join('\n'),
  };
}

function figuresOf({ name, own, killed, practice, restarted, closed, least, isVoid }) {
  const sum = (of, column) => of.reduce((total, row) => total + row[column], 0);
  const refused = [...killed, ...restarted].reduce((total, row) => total + row.refused, 0);
  return (
    `${name}: ${sum(own, 'failed')} of ${sum(own, 'queries')} queries failed in ${own.length} cases with at least ${least} connections each` +
    `${isVoid ? ' (the run is void)' : ''}; of today's practice beside it ${sum(practice, 'failed')} of ${sum(practice, 'queries')}; ` +
    `restarts and killed connections failed ${sum([...killed, ...restarted], 'failed')}, ${refused} by a refused login; ` +
    `closed under load in ${Math.max(...closed.map(({ settledMs }) => settledMs))} ms, ${sum(closed, 'left')} connections left`
  );
}

/** Returns the classes of AWS's wrapper, which is installed outside the workspace, or `undefined` if it cannot be installed. */
async function loadAwsWrapper() {
  const folder = `${cache}aws-wrapper/`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}package.json`, '{ "private": true }\n'); // else npm installs into the workspace
  const { status } = npmInstall(folder, ...awsPackages);
  if (status !== 0) {
    console.log(`${awsPackages[0]} cannot be installed, so its rows are missing.`);
    return undefined;
  }
  process.env.AWS_ACCESS_KEY_ID ??= 'example'; // the endpoint is on this machine
  process.env.AWS_SECRET_ACCESS_KEY ??= 'example';
  const require = createRequire(folder);
  const load = (path) => import(pathToFileURL(require.resolve(`aws-advanced-nodejs-wrapper/${path}`)).href);
  return { ...(await load('pg')), ...(await load('mysql')) };
}

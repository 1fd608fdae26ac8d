// Proves what @secretkit/sealed promises about secrets in a database: a record opens in its own row only, a dump shows nothing,
// concurrent writers lose no update, and a killed reseal() loses nothing. With `--small`, 20,000 operations; with `--soak`, a million.
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { install } from './install.mjs';

const small = { postgres: 7_000, mariadb: 3_500, redis: 9_440, d1: 60, kills: 4 };
const full = { postgres: 40_000, mariadb: 20_000, redis: 20_000, d1: 3_000, kills: 30 };
const soak = { postgres: 500_000, mariadb: 400_000, redis: 100_000, d1: 5_000, kills: 60 };

/** Returns a row for each part and the result, or the reason why it cannot run. */
export async function prove(...flags) {
  const load = (file) => tsImport(`../../../packages/sealed/test/${file}`, import.meta.url);
  const { isTested } = await load('servers.ts');
  if (!isTested('initdb', 'postgres', 'mariadb-install-db', 'mariadbd', 'redis-server')) {
    return { missing: 'PostgreSQL, MariaDB or Redis is not installed.' };
  }
  const { path, missing } = install('miniflare');
  if (missing) return { missing };
  const { proveSealed } = await load('proof/sealed-proof.ts');
  const size = flags.includes('--soak') ? soak : flags.includes('--small') ? small : full;
  const rows = await proveSealed(size, () => openD1(path));
  const wrong = rows.reduce((sum, row) => sum + row.wrong, 0);
  const sumOf = (text) =>
    rows.filter(({ proof }) => proof.startsWith(text)).reduce((sum, { runs }) => sum + runs, 0);
  const figures =
    `${sumOf('records moved')} records moved to another place, 0 opened; ${sumOf('operations')} operations by 10 writers, 0 lost; ` +
    `${sumOf('reseal()')} ends of reseal(), 0 records lost`;
  return {
    rows,
    passed: wrong === 0,
    figures: wrong === 0 ? figures : `${wrong} results are wrong, see the table`,
  };
}

/** Runs statements beside their database. The binding that miniflare gives to Node blocks it for each, and fails on a busy machine. */
const worker = `export default {
  async fetch(request, env) {
    const { method, statements } = await request.json();
    const prepared = statements.map(([sql, values]) => env.DB.prepare(sql).bind(...values));
    try {
      return Response.json({ answer: method === 'batch' ? await env.DB.batch(prepared) : await prepared[0].all() });
    } catch (error) {
      return Response.json({ failure: error.message });
    }
  },
};`;

async function openD1(path) {
  const { Miniflare } = await import(pathToFileURL(path).href);
  const miniflare = new Miniflare({
    modules: true,
    script: worker,
    d1Databases: ['DB'],
    compatibilityDate: '2026-04-01',
  });

  async function ask(method, statements) {
    const body = JSON.stringify({ method, statements });
    const response = await miniflare.dispatchFetch('http://worker/', { method: 'POST', body });
    const { answer, failure } = await response.json();
    if (failure !== undefined) throw new Error(failure);
    return answer;
  }

  const prepare = (sql, values = []) => ({
    sql,
    values,
    bind: (...given) => prepare(sql, given),
    all: () => ask('all', [[sql, values]]),
  });
  const batch = (statements) =>
    ask(
      'batch',
      statements.map(({ sql, values }) => [sql, values]),
    );
  return { binding: { prepare, batch }, close: () => miniflare.dispose() };
}

// Seals the records of a table in PostgreSQL again. It reports each call before the call, so that its parent can kill it there.
import pg from 'pg';
import { postgresTable } from '../../src/postgres/postgres-table.js';
import { changingKeys, mapCalls } from './killed-reseal.js';

process.once('message', (config: pg.PoolConfig) => void run(config));

async function run(config: pg.PoolConfig): Promise<void> {
  const pool = new pg.Pool(config);
  let calls = 0;
  const table = mapCalls(postgresTable(pool), (call) => {
    calls += 1;
    process.send?.(calls);
    return call();
  });
  await changingKeys(table).reseal();
  await pool.end();
  process.disconnect();
}

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { SqliteDatabase } from '../src/sqlite/sqlite-table.js';

type Open = (path: string) => SqliteDatabase & { close(): void };

/** Outside of the workspace, by `.ci/run`: it is compiled when it is installed. */
const betterSqlite = new URL('../../../.venv/better-sqlite3/node_modules/better-sqlite3/', import.meta.url);

/** Returns what opens a database: `node:sqlite`, or better-sqlite3 where that is installed; `undefined` without both. */
export function sqlite(): Open | undefined {
  const builtIn = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as
    | { DatabaseSync: new (path: string, options?: object) => ReturnType<Open> }
    | undefined;
  if (builtIn) return (path) => new builtIn.DatabaseSync(path, { timeout: 5_000 });
  if (!existsSync(betterSqlite)) return undefined;
  const Database = createRequire(import.meta.url)(betterSqlite.pathname) as new (
    path: string,
  ) => ReturnType<Open>;
  return (path) => new Database(path);
}

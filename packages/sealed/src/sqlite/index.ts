export type { TableOptions } from '../table/table-name.js';
export { type SqliteDatabase, type SqliteStatement, sqliteTable } from './sqlite-table.js';

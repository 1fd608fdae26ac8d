export type { TableOptions } from '../table/table-name.js';
export { type MysqlConnection, type MysqlPool, mysqlTable } from './mysql-table.js';

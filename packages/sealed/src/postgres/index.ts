export type { TableOptions } from '../table/table-name.js';
export { type PostgresClient, postgresTable } from './postgres-table.js';

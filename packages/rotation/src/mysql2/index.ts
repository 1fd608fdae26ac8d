export type { DatabaseCredential } from '../database-credential.js';
export type { PoolOptions } from '../pool-options.js';
export { type MysqlPackage, mysqlPool } from './mysql-pool.js';

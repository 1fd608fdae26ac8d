export type { DatabaseCredential } from '../database-credential.js';
export type { PoolOptions } from '../pool-options.js';
export { type PgPackage, pgPool, pgPoolClass } from './pg-pool.js';

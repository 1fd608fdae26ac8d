export type { DatabaseCredential } from '../database-credential.js';
export type { PoolOptions } from '../pool-options.js';
export {
  type PostgresClient,
  type PostgresLogin,
  type PostgresSql,
  postgresClient,
  type ReservedSql,
} from './postgres-client.js';

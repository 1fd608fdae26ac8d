import type { DatabaseCredential } from '../database-credential.js';
import { type PoolOptions, poolSetup, refuseCredentialIn } from '../pool-options.js';
import type { Rotation } from '../rotating.js';
import type { MysqlConfig, MysqlModule } from './mysql-types.js';
import { rotatingPool } from './rotating-pool.js';

/** The package `mysql2` or `mysql2/promise`. `C` is the type of a pool's options, `P` that of a pool. */
export interface MysqlPackage<C, P> {
  createPool(config: C): P;
  createConnection(config: never): object;
}

/**
 * Returns a pool of `mysql2`, or of `mysql2/promise`, whose connections have the current credential. A connection with a replaced one
 * is closed when it is checked out or released; a refused login is repeated until `deadlineMs` of the rotation.
 *
 * @param mysql - The package, which decides whether the pool has callbacks or promises.
 * @param config - The options of mysql2's pool, without user, password and URI.
 * @throws As `require` for the first read; `TypeError` or `RangeError` for wrong options.
 */
export async function mysqlPool<C extends object, P, T = DatabaseCredential>(
  mysql: MysqlPackage<C, P>,
  rotation: Rotation<T>,
  config: C & {}, // the package decides what C is
  options: PoolOptions<T> = {},
): Promise<P> {
  refuseCredentialIn('mysqlPool', config, ['uri', 'user', 'password', 'password1', 'passwordSha1']);
  const setup = poolSetup('mysqlPool', 'mysql2', options);
  const module = mysql as object as MysqlModule; // whose functions take and return more
  return (await rotatingPool(module, rotation, config as MysqlConfig, setup)) as P; // it was made by the package
}

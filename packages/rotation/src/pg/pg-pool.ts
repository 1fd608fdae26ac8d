import type { DatabaseCredential } from '../database-credential.js';
import { type PoolOptions, poolSetup, refuseCredentialIn } from '../pool-options.js';
import type { Rotation } from '../rotating.js';
import type { PgConfig } from './pg-types.js';
import { rotatingClasses } from './rotating-classes.js';

/** The package `pg`, or another one with its classes. `C` is the type of a pool's options, `P` that of a pool. */
export interface PgPackage<C, P> {
  readonly Pool: new (config?: C) => P;
  readonly Client: new (config?: never) => object;
}

/**
 * Returns a pool of `pg` whose connections have the current credential. A connection with a replaced one is closed when it is
 * checked out or released; a refused login is repeated until `deadlineMs` of the rotation.
 *
 * @param pg - The package, so that the pool is an instance of its class.
 * @param config - The options of pg's pool, without user, password and connection string.
 * @throws As `require` for the first read; `TypeError` or `RangeError` for wrong options.
 */
export async function pgPool<C extends object, P, T = DatabaseCredential>(
  pg: PgPackage<C, P>,
  rotation: Rotation<T>,
  config: C & {}, // the package decides what C is
  options: PoolOptions<T> = {},
): Promise<P> {
  refuseCredentialIn('pgPool', config, ['connectionString', 'user', 'password']);
  const Pool = await rotatingClasses(pg, rotation, poolSetup('pgPool', 'pg', options), true);
  return new Pool(config as PgConfig) as P; // it extends pg's class
}

/**
 * Returns a class like `pg.Pool` whose pools are as those of `pgPool`, for libraries that make their pool themselves. `rotation.close()` ends its pools.
 *
 * @throws As `pgPool`.
 */
export async function pgPoolClass<C, P, T = DatabaseCredential>(
  pg: PgPackage<C, P>,
  rotation: Rotation<T>,
  options: PoolOptions<T> = {},
): Promise<PgPackage<C, P>['Pool']> {
  const setup = poolSetup('pgPoolClass', 'pg', options);
  return (await rotatingClasses(pg, rotation, setup, false)) as PgPackage<C, P>['Pool']; // it extends pg's class
}

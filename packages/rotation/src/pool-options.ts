import { checkNumber, checkOptions, maxDelayMs } from '@secretkit/core/provider';
import { connectionFields, type DatabaseCredential } from './database-credential.js';

export interface PoolOptions<T = DatabaseCredential> {
  /** The name in events and in `health()`. @defaultValue the name of the package, such as `pg` */
  readonly name?: string;
  /** Returns the client's options from the credential. @defaultValue username or user, password, host, port, and dbname or database */
  readonly connection?: (value: T) => object;
  /** How long work with a replaced credential may take, in milliseconds, before `drained` reports it. @defaultValue 30000 */
  readonly drainMs?: number;
  /** How long the end of the pool waits for work, in milliseconds, before it ends the connections. @defaultValue 5000 */
  readonly closeMs?: number;
}

/** Checked options of a pool, with their defaults. */
export interface PoolSetup<T> {
  readonly follow: { readonly name: string; readonly drainMs?: number };
  readonly connection: (value: T) => Readonly<Record<string, unknown>>;
  readonly closeMs: number;
}

export function poolSetup<T>(
  owner: string,
  packageName: string,
  given: PoolOptions<T>,
  fieldsOf: (value: DatabaseCredential) => object = connectionFields,
): PoolSetup<T> {
  const options = checkOptions(owner, given, ['name', 'connection', 'drainMs', 'closeMs']);
  const { name = packageName, drainMs, closeMs = 5_000 } = options;
  checkNumber(owner, 'closeMs', closeMs, { min: 0, max: maxDelayMs });
  if (drainMs !== undefined) checkNumber(owner, 'drainMs', drainMs, { min: 0, max: maxDelayMs });
  const { connection = (value: T) => fieldsOf(value as DatabaseCredential) } = options;
  return {
    follow: { name, ...(drainMs !== undefined && { drainMs }) },
    connection: (value) => ({ ...connection(value) }),
    closeMs,
  };
}

/** Refuses options that would replace the credential. */
export function refuseCredentialIn(owner: string, config: object, options: readonly string[]): void {
  const given = options.find((key) => Object.hasOwn(config, key));
  if (given === undefined) return;
  throw new TypeError(
    `${owner}: config must not have ${given}, which would replace the credential. Remove it, and give host and database.`,
  );
}

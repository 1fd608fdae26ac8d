import { kindOf } from '@secretkit/core/provider';
import type { Credential } from '../credential.js';
import type { DatabaseCredential } from '../database-credential.js';
import { type PoolSetup, poolSetup } from '../pool-options.js';

/** The user and password of a connection. Without a user it is `default`. */
export interface RedisLogin {
  readonly username?: string;
  readonly password: string;
}

export interface RedisOptions<T = DatabaseCredential> {
  /** The name in events and in `health()`. @defaultValue `redis` */
  readonly name?: string;
  /** Returns user and password from the credential. @defaultValue its username or user, and its password */
  readonly connection?: (value: T) => RedisLogin;
  /** How long a connection may use a replaced credential, in milliseconds, before `drained` reports it. @defaultValue 30000 */
  readonly drainMs?: number;
  /** How long `rotation.close()` waits for commands, in milliseconds, before it ends the connections. @defaultValue 5000 */
  readonly closeMs?: number;
}

/** The options with their defaults. */
export interface RedisSetup<T> extends Pick<PoolSetup<T>, 'follow' | 'closeMs'> {
  readonly loginOf: (credential: Credential<T>) => RedisLogin;
}

/** A server that hangs must not keep a verification waiting. */
export const verifyTimeoutMs = 10_000;

export function redisSetup<T>(owner: string, given: RedisOptions<T>): RedisSetup<T> {
  const { follow, closeMs, connection } = poolSetup(owner, 'redis', given, loginFields);
  return {
    follow,
    closeMs,
    loginOf({ secret }) {
      const { username, password } = connection(secret.reveal()) as Partial<RedisLogin>;
      if (typeof password === 'string') return { ...(username !== undefined && { username }), password };
      throw new TypeError(
        `${owner}: the credential must have a password, got ${kindOf(password)}. Give the option connection.`,
      );
    },
  };
}

function loginFields({ username, user = username, password }: DatabaseCredential): RedisLogin {
  return { ...(user !== undefined && { username: user }), password };
}

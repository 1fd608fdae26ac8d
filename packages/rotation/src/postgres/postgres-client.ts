import { onAbort, SecretError } from '@secretkit/core/provider';
import { pause } from '../backoff.js';
import type { DatabaseCredential } from '../database-credential.js';
import { type PoolOptions, poolSetup } from '../pool-options.js';
import type { Rotation } from '../rotating.js';
import { reserveConnection } from './reserve-connection.js';

/** The options of `postgres` that come from the credential. */
export interface PostgresLogin {
  readonly user: string;
  readonly password: string;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string;
}

/** A reserved connection of `postgres`. */
export interface ReservedSql {
  release(): void;
}

/** The parts of `postgres` that are used. */
export interface PostgresSql<R extends ReservedSql> {
  reserve(): Promise<R>;
  unsafe(query: string): PromiseLike<unknown>;
  end(options: { readonly timeout: number }): Promise<void>;
  readonly options: { readonly fetch_types?: boolean };
}

/** A client of `postgres` that is replaced when its credential is. */
export interface PostgresClient<S, R> extends AsyncDisposable {
  /** The client for work that may fail by a refused login. Take it for each piece of work. */
  readonly sql: S;
  /**
   * Reserves a connection, and calls `run` once with it. A refused login is repeated until `deadlineMs` of the rotation.
   * @throws The failure of `run`, or of the server; `closed`.
   */
  use<V>(run: (sql: R) => Promise<V> | V): Promise<V>;
  /** Ends the client, after the calls of `use` or `closeMs`. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Makes a client of `postgres` with each credential: `make` gets user and password, and what else the credential has.
 * The password is a string and not a function, so no connection waits for the store.
 *
 * @throws As `require` for the first read; the server's failure for the first login; `TypeError` or `RangeError` for wrong options.
 */
export async function postgresClient<S extends PostgresSql<R>, R extends ReservedSql, T = DatabaseCredential>(
  make: (login: PostgresLogin) => S & PostgresSql<R>,
  rotation: Rotation<T>,
  options: PoolOptions<T> = {},
): Promise<PostgresClient<S, R>> {
  const { follow, connection, closeMs } = poolSetup('postgresClient', 'postgres', options);
  const users = new Map<S, number>();
  const ended = new WeakSet<object>();
  const ending = new AbortController(); // fires when `close` no longer waits
  let pending = 0;
  let closed: Promise<void> | undefined;

  function made(value: T): S & PostgresSql<R> {
    const sql = make(connection(value) as unknown as PostgresLogin); // of the schema
    if (sql.options.fetch_types !== false) return sql;
    throw new TypeError(
      'postgresClient: fetch_types must not be false, because a reservation of a new connection would never settle. Remove it.',
    );
  }

  const attached = await rotation.attach<S & PostgresSql<R>>(made, {
    ...follow,
    verify: (sql) => sql.unsafe('select 1'),
    async close(sql) {
      const late = await until(() => (users.get(sql) ?? 0) === 0); // they release their connection
      ended.add(sql);
      await sql.end({ timeout: late ? 0 : closeMs / 1_000 });
    },
  });

  /** Waits, for at most `closeMs`. Returns whether it was in vain. */
  async function until(isOver: () => boolean): Promise<boolean> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), closeMs);
    const leave = onAbort(ending.signal, () => late.abort());
    while (!isOver() && !late.signal.aborted) await pause(10, late.signal);
    clearTimeout(timer);
    leave();
    return late.signal.aborted;
  }

  function count(sql: S, change: 1 | -1): void {
    const next = (users.get(sql) ?? 0) + change;
    if (next > 0) users.set(sql, next);
    else users.delete(sql);
  }

  async function reserve(sql: S): Promise<{ sql: S; reserved: R }> {
    count(sql, 1);
    try {
      const reserving = (): Promise<R> => reserveConnection(sql, () => ended.has(sql));
      const again = (failure: unknown): Promise<R> => {
        if (!isTerminated(failure)) throw failure;
        return reserving(); // postgres gives the failure of a lost connection to its next user once more
      };
      return { sql, reserved: await reserving().catch(again) };
    } catch (failure) {
      count(sql, -1);
      throw failure;
    }
  }

  async function end(): Promise<void> {
    if (await until(() => pending === 0)) ending.abort(); // a login that waits is a use, too
    await attached.close();
  }

  async function close(): Promise<void> {
    closed ??= end();
    return closed;
  }

  return {
    get sql() {
      return attached.client;
    },
    async use(run) {
      if (closed) throw new SecretError('closed', 'the client has been closed. Close it after its users.');
      pending += 1;
      try {
        return await attached.useConnection(reserve, async ({ sql, reserved }) => {
          let isLost = false;
          try {
            return await run(reserved);
          } catch (failure) {
            isLost = isConnectionLost(failure);
            throw failure;
          } finally {
            if (!isLost) reserved.release(); // postgres would use a lost connection again, which ends the process
            count(sql, -1);
          }
        });
      } finally {
        pending -= 1;
      }
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Whether this is `CONNECTION_CLOSED` and the like of postgres, a failure of the socket such as `ECONNRESET`, or a termination. */
function isConnectionLost(failure: unknown): boolean {
  return isTerminated(failure) || /^CONNECTION_|^E[A-Z]+$/.test(codeOf(failure));
}

/** Whether the server has ended the session: admin_shutdown, crash_shutdown, cannot_connect_now. */
function isTerminated(failure: unknown): boolean {
  return /^57P0[123]$/.test(codeOf(failure));
}

function codeOf(failure: unknown): string {
  const { code } = Object(failure) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

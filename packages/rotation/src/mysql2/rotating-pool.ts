import { checkOptions } from '@secretkit/core/provider';
import { pause } from '../backoff.js';
import { type Checkouts, checkouts, ignore } from '../checkouts.js';
import type { Credential } from '../credential.js';
import type { PoolSetup } from '../pool-options.js';
import type { Rotation } from '../rotating.js';
import { followConfig, type LoginFields, loginFields } from './follow-config.js';
import type { Checkout, MysqlConfig, MysqlConnection, MysqlModule, MysqlPool } from './mysql-types.js';

/** Returns a pool of mysql2 whose connections take the accepted credential when they are made. */
export async function rotatingPool<T>(
  mysql: MysqlModule,
  rotation: Rotation<T>,
  config: MysqlConfig,
  { follow, connection, closeMs }: PoolSetup<T>,
): Promise<object> {
  const connections = new Set<MysqlConnection>();
  const idle = new Set<MysqlConnection>();

  const following = await rotation.follow({
    ...follow,
    async verify(credential) {
      const made = mysql.createConnection({ ...config, ...loginOf(credential) });
      const session = 'promise' in made ? made.promise() : await made;
      await session.connect();
      await session.end().catch(ignore);
    },
    install: () => void setTimeout(() => [...idle].forEach(discardReplaced)), // after the swap
    onClose: () => open.end(),
  });

  const made = mysql.createPool(config);
  const core = 'pool' in made ? made.pool : made;
  const copyCredential = followConfig(core.config.connectionConfig, () => following.credential, loginOf);
  const credentialOf = ({ config: copy }: MysqlConnection): Credential<T> | undefined => copyCredential(copy);
  const take = core.getConnection.bind(core);
  const open: Checkouts<MysqlConnection> = checkouts(
    following,
    {
      take: () =>
        new Promise((resolve, reject) => {
          take((error, taken) => (taken ? resolve(taken) : reject(error)));
        }),
      discard,
      credentialOf,
      hasIdle: () => idle.size > 0,
      async end(late) {
        while (connections.size > idle.size && !late.aborted) await pause(10, late); // mysql2 would end transactions
        await new Promise<void>((resolve) => core.end(() => resolve()));
        while (connections.size > 0 && !late.aborted) await pause(10, late);
      },
      async cut({ stream }) {
        stream.destroy();
      },
    },
    closeMs,
  );

  core.on('connection', (opened) => {
    const closed = open.opened(opened);
    connections.add(opened);
    opened.on('error', ignore); // mysql2 removes it from the pool
    opened.stream.once('close', () => {
      connections.delete(opened);
      idle.delete(opened);
      closed();
    });
  });
  core.on('acquire', (taken) => idle.delete(taken));
  core.on('release', (released) => {
    idle.add(released);
    discardReplaced(released);
  });

  /** mysql2 calls it for a checkout in its queue, after a connection was removed. If logins are refused, it waits with the others. */
  core.getConnection = (callback) =>
    void setTimeout(() => {
      const refusal = following.refusal(true);
      if (!refusal) {
        take(callback);
        return;
      }
      callback(refusal);
      core.releaseConnection({}); // the next one
    });

  function loginOf({ secret }: Credential<T>): LoginFields {
    return checkOptions('mysqlPool, result of connection', connection(secret.reveal()), loginFields);
  }

  function discard(taken: MysqlConnection): void {
    idle.delete(taken);
    taken.config.gracefulEnd = true; // else `end` puts it back
    taken.end();
  }

  function discardReplaced(unused: MysqlConnection): void {
    if (!open.isEnded && credentialOf(unused) !== following.credential) discard(unused);
  }

  function end(callback?: (error?: unknown) => void): void {
    void open.end().then(() => {
      void following.close(); // it waits for this
      callback?.();
    });
  }

  const checkout = (callback: Checkout): void => {
    const call = (...results: Parameters<Checkout>): void => queueMicrotask(() => callback(...results)); // may throw
    open.take().then(
      (taken) => call(null, taken),
      (error: unknown) => call(error),
    );
  };
  const own: Partial<MysqlPool> = { getConnection: checkout, end };
  const pool = new Proxy(core, {
    get: (target, key) => Reflect.get(Object.hasOwn(own, key) ? own : target, key) as unknown,
  });
  if (following.signal.aborted) end();
  return 'pool' in made ? Object.assign(made, { pool }) : pool;
}

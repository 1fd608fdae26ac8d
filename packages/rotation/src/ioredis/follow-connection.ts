import { abortable, isSecretError } from '@secretkit/core/provider';
import type { Credential } from '../credential.js';
import type { Following } from '../follow.js';
import { liveLogin } from '../redis/live-login.js';
import { type RedisLogin, verifyTimeoutMs } from '../redis/redis-login.js';
import type { IoRedis } from './ioredis-types.js';

/** A connection of ioredis that takes the accepted credential, at once and at each reconnection. */
export interface RotatingConnection {
  /** Logs in with the accepted credential, if the connection has another one. It never rejects. */
  renew(): Promise<void>;
  /** Logs in with a connection of its own, and rejects if the server refuses it. */
  probe(login: RedisLogin): Promise<void>;
}

/** Changes methods of the client, which may be connecting for the first time. */
export function followConnection<T>(
  following: Following<T>,
  redis: IoRedis,
  loginOf: (credential: Credential<T>) => RedisLogin,
): RotatingConnection {
  const duplicate = redis.duplicate.bind(redis);
  let isInMulti = false;
  const live = liveLogin(following, async (credential) => {
    if (redis.status !== 'ready' || redis.mode !== 'normal' || isInMulti) return false;
    const { username = 'default', password } = loginOf(credential);
    return String(await redis.auth(username, password)) === 'OK';
  });

  async function probe(login: RedisLogin): Promise<void> {
    const client = duplicate({
      ...login,
      connectionName: undefined,
      db: 0,
      disableClientInfo: true,
      enableReadyCheck: false,
      lazyConnect: true,
      monitor: false,
      readOnly: false,
      retryStrategy: null,
    });
    let failure: unknown;
    client.on('error', (error) => (failure ??= error)); // `connect` rejects with less
    try {
      await abortable(client.connect(), AbortSignal.timeout(verifyTimeoutMs));
    } catch (error) {
      throw withoutArguments(failure ?? error);
    } finally {
      client.disconnect();
    }
  }

  /** Returns a credential that the server has accepted a moment ago. */
  async function verified(signal: AbortSignal): Promise<Credential<T>> {
    for (;;) {
      try {
        const login = following.login(async (credential) => {
          await probe(loginOf(credential));
          return credential;
        });
        return await abortable(login, signal);
      } catch (failure) {
        if (signal.aborted || following.signal.aborted) throw failure;
        if (!following.isAuthFailure(failure) && !isSecretError(failure)) return following.credential; // the connection fails, too
        redis.flushQueue(failure); // after `deadlineMs`
        redis.silentEmit('error', failure);
      }
    }
  }

  const { connector } = redis;
  const connect = connector.connect.bind(connector);
  const disconnect = connector.disconnect.bind(connector);
  let waiting = new AbortController();

  connector.connect = async (emit) => {
    waiting = new AbortController();
    connector.connecting = true;
    const credential = await verified(waiting.signal);
    const login = loginOf(credential);
    Object.assign(redis.options, { username: login.username, password: login.password });
    if (redis.condition) redis.condition.auth = authOf(login);
    live.opened(credential);
    return connect(emit);
  };
  connector.disconnect = () => {
    waiting.abort(new Error('Connection is closed.')); // as ioredis has it
    disconnect();
  };

  const recover = redis.recoverFromFatalError.bind(redis);
  redis.recoverFromFatalError = (command, failure, options) => {
    const isRefused = following.isAuthFailure(failure);
    withoutArguments(failure);
    if (isRefused) void following.refused(following.credential); // it never rejects
    recover(command, failure, isRefused ? { ...options, offlineQueue: false } : options); // queued commands were not sent
  };

  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const name = stream === undefined ? command.name.toLowerCase() : undefined; // a pipeline is sent as a whole
    if (name === 'multi') isInMulti = true;
    if (name === 'exec' || name === 'discard') {
      isInMulti = false;
      queueMicrotask(() => void live.renew()); // it never rejects
    }
    return send(command, stream);
  };

  redis.on('ready', () => void live.renew()); // it never rejects
  redis.on('close', () => {
    isInMulti = false;
    if (redis.status === 'reconnecting') live.lost();
    else live.closed();
  });
  redis.on('end', live.closed);
  if (redis.status !== 'wait') live.opened(following.credential); // it connects already
  return { renew: live.renew, probe };
}

function authOf({ username, password }: RedisLogin): string | readonly [string, string] {
  return username === undefined ? password : [username, password];
}

/** Removes user and password: an error of ioredis has the command that failed. */
function withoutArguments(failure: unknown): unknown {
  const { command } = failure as { command?: { args?: unknown } };
  if (command?.args) command.args = [];
  return failure;
}

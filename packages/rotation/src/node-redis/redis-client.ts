import { abortable, SecretError } from '@secretkit/core/provider';
import { closeWithin } from '../redis/close-within.js';
import { type LiveLogin, liveLogin } from '../redis/live-login.js';
import { type RedisLogin, type RedisOptions, redisSetup, verifyTimeoutMs } from '../redis/redis-login.js';
import type { Rotation } from '../rotating.js';
import type { NodeRedisClient, RedisCredentialsProvider } from './node-redis-types.js';

type Probe = (login: RedisLogin) => Promise<void>;

/**
 * Returns a client of node-redis that follows the credential: it logs in again without a new connection when the store has another
 * one, and each new connection waits until a connection of its own has verified the credential.
 *
 * @param make - Calls `createClient` with the provider as `credentialsProvider`, and returns the client. It is called once.
 * @throws As `require` for the first read; `TypeError` or `RangeError` for wrong options, or for what is not such a client.
 * @example
 * ```ts
 * import type { Rotation } from '@secretkit/rotation';
 * import { redisClient } from '@secretkit/rotation/node-redis';
 * import { createClient } from 'redis';
 *
 * export async function openRedis(rotation: Rotation<{ username: string; password: string }>) {
 *   const client = await redisClient(rotation, (credentialsProvider) =>
 *     createClient({ url: 'redis://127.0.0.1:6379', credentialsProvider }),
 *   );
 *   return client.connect();
 * }
 * ```
 */
export async function redisClient<C extends object, T>(
  rotation: Rotation<T>,
  make: (credentialsProvider: RedisCredentialsProvider) => C,
  options: RedisOptions<T> = {},
): Promise<C> {
  const { follow, loginOf, closeMs } = redisSetup('redisClient', options);
  const members = new Map<NodeRedisClient, LiveLogin<T>>();
  let hasProbe = (_: Probe): void => undefined;
  const firstProbe = new Promise<Probe>((resolve) => (hasProbe = resolve)); // the client has the address of the server

  const following = await rotation.follow({
    ...follow,
    async verify(credential) {
      const probe = await abortable(firstProbe, following.signal);
      await probe(loginOf(credential));
    },
    install() {
      setTimeout(() => members.forEach((live) => void live.renew())); // after the swap; it never rejects
    },
    async onClose() {
      const closed = [...members.keys()].filter(({ isOpen }) => isOpen);
      await Promise.all(
        closed.map((each) =>
          closeWithin(
            closeMs,
            () => each.close(),
            () => each.destroy(),
          ),
        ),
      );
    },
  });

  /** Makes a client with a provider of its own. */
  function member(create: (credentialsProvider: RedisCredentialsProvider) => NodeRedisClient) {
    const live = liveLogin(following, async (credential) => {
      if (!client.isReady || (client.isPubSubActive && client.options.RESP === 2)) return false;
      const { username = 'default', password } = loginOf(credential);
      return String(await client.sendCommand(['AUTH', username, password])) === 'OK'; // else a MULTI has queued it
    });
    let turn = 0;
    const provider: RedisCredentialsProvider = {
      type: 'streaming-credentials-provider',
      async subscribe() {
        live.closed(); // node-redis does not dispose of the subscription of the connection before
        members.set(client, live);
        turn += 1;
        const own = turn;
        const credential = await following
          .login(async (each) => {
            await abortable(probe(loginOf(each)), following.signal); // at once, before the client sees its socket end
            return each;
          })
          .catch((failure: unknown) => {
            if (following.signal.aborted && client.isOpen) client.destroy(); // it would connect again and again
            throw failure;
          });
        if (own !== turn)
          throw new SecretError('unavailable', 'the connection has ended while its login waited.');
        live.opened(credential);
        return [loginOf(credential), { dispose: () => undefined }]; // a client that closes still answers: its `end` counts
      },
      onReAuthenticationError: () => undefined, // nothing is sent by its listener
    };
    const client = create(provider);
    checkClient(client, provider);
    const duplicate = client.duplicate.bind(client);
    const probe: Probe = (login) => verify(duplicate, client.options.socket, login);
    hasProbe(probe);
    members.set(client, live);
    client.on('error', () => undefined); // of a connection that is replaced, which would end the process
    client.on('ready', () => void live.renew()); // it never rejects
    client.on('reconnecting', live.lost);
    client.on('end', () => {
      live.closed();
      members.delete(client);
      if (members.size === 0) void following.close(); // it never rejects
    });
    client.duplicate = (overrides) =>
      member((credentialsProvider) => duplicate({ ...overrides, credentialsProvider }));
    return client;
  }

  try {
    loginOf(following.credential); // a wrong one is refused before the client connects
    const client = member((provider) => make(provider) as object as NodeRedisClient); // it is checked
    return client as object as C; // it was made so
  } catch (failure) {
    await following.close();
    throw failure;
  }
}

/** Logs in with a connection of its own, and rejects if the server refuses it. */
async function verify(
  duplicate: NodeRedisClient['duplicate'],
  socket: object | undefined,
  login: RedisLogin,
): Promise<void> {
  const client = duplicate({
    credentialsProvider: { type: 'async-credentials-provider', credentials: async () => login },
    socket: { ...socket, reconnectStrategy: false },
    clientSideCache: undefined,
    database: 0,
    disableClientInfo: true,
    emitInvalidate: false,
    maintNotifications: 'disabled',
    name: undefined,
    pingInterval: undefined,
    readonly: false,
  });
  client.on('error', () => undefined); // `connect` rejects with it
  try {
    await abortable(client.connect(), AbortSignal.timeout(verifyTimeoutMs));
  } finally {
    client.destroy();
  }
}

function checkClient(client: Partial<NodeRedisClient> | undefined, provider: RedisCredentialsProvider): void {
  if (typeof client?.isPubSubActive !== 'boolean') {
    throw new TypeError(
      'redisClient: make must return a client of createClient. For a pool, cluster or sentinel use attach of the rotation.',
    );
  }
  if (client.options?.credentialsProvider === provider) return;
  throw new TypeError(
    'redisClient: make must give its argument to createClient as credentialsProvider, and an URL without user and password.',
  );
}

/** The commands of Redis that the shared cache sends. A key, a script and a message are texts. */
export interface SharedCacheClient {
  /** Must return the text at a key; `null` if there is none. */
  get(key: string): Promise<unknown>;
  /** Must run the script, and return its answer. All keys of a call are in one slot of a cluster. */
  eval(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown>;
  /** Whether a command would be sent now. Absent where there is no connection, as over HTTP. */
  ready?(): boolean;
  /** Whether somebody listens to the client's errors: a client of the package `redis` ends the process otherwise. */
  hasErrorListener?(): boolean;
  /** Must send a message to all subscribers. */
  publish?(channel: string, message: string): Promise<unknown>;
  /** Must call the listener for each message. Returns the function that ends it. */
  subscribe?(channel: string, listener: (message: string) => void): Promise<() => unknown>;
}

/** A client, or a cluster, of the package `redis`. */
export interface NodeRedisClient {
  readonly isReady?: boolean;
  readonly isOpen?: boolean;
  readonly masters?: readonly unknown[];
  readonly options?: { readonly RESP?: unknown } | undefined;
  get(key: string): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  unsubscribe(channel: string, listener: (message: string) => void): Promise<unknown>;
  listenerCount(event: string): number;
}

/** A client, or a cluster, of the package `ioredis`. */
export interface IoredisClient {
  readonly status: string;
  readonly isCluster?: boolean;
  readonly options?: object | undefined; // the type of a cluster's options has no `protocol`
  get(key: string): Promise<unknown>;
  eval(script: string, numberOfKeys: number, ...keysAndArguments: string[]): Promise<unknown>;
  publish(channel: string, message: string): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  on(event: 'message', listener: (channel: string, message: string) => void): unknown;
  off(event: 'message', listener: (channel: string, message: string) => void): unknown;
}

/** Where invalidations arrive. */
export interface SubscriberOption<C> {
  /**
   * A second client, which only subscribes: `client.duplicate()`, connected.
   * @defaultValue the same client if it is a cluster, or its options say that it speaks RESP3; else none
   */
  readonly subscriber?: Pick<C, Extract<keyof C, 'subscribe' | 'unsubscribe' | 'on' | 'off'>>;
}

/** Returns the commands of a client, or a cluster, of the package `redis`. A client must have `RESP: 3` or a `subscriber`. */
export function fromNodeRedis(
  client: NodeRedisClient,
  { subscriber }: SubscriberOption<NodeRedisClient> = {},
): SharedCacheClient {
  const canSubscribe = client.masters !== undefined || client.options?.RESP === 3;
  const listening = subscriber ?? (canSubscribe ? client : undefined);
  return {
    get: (key) => client.get(key),
    eval: (script, keys, args) => client.eval(script, { keys: [...keys], arguments: [...args] }),
    ready: () => client.isReady ?? client.isOpen ?? true,
    hasErrorListener: () => client.listenerCount('error') > 0,
    publish: (channel, message) => client.publish(channel, message),
    ...(listening && {
      async subscribe(channel, listener) {
        await listening.subscribe(channel, listener);
        return () => listening.unsubscribe(channel, listener);
      },
    }),
  };
}

/** Returns the commands of a client, or a cluster, of the package `ioredis`. */
export function fromIoredis(
  client: IoredisClient,
  { subscriber }: SubscriberOption<IoredisClient> = {},
): SharedCacheClient {
  const canSubscribe = client.isCluster === true || speaksResp3(client);
  const listening = subscriber ?? (canSubscribe ? client : undefined);
  return {
    get: (key) => client.get(key),
    eval: (script, keys, args) => client.eval(script, keys.length, ...keys, ...args),
    ready: () => client.status === 'ready',
    publish: (channel, message) => client.publish(channel, message),
    ...(listening && {
      async subscribe(channel, listener) {
        const own = (from: string, message: string): void => {
          if (from === channel) listener(message);
        };
        listening.on('message', own);
        try {
          await listening.subscribe(channel);
        } catch (error) {
          listening.off('message', own);
          throw error;
        }
        return () => {
          listening.off('message', own);
          return listening.unsubscribe(channel);
        };
      },
    }),
  };
}

function speaksResp3({ options }: IoredisClient): boolean {
  return options !== undefined && 'protocol' in options && options.protocol === 3;
}

/** The parts of a client of ioredis that the binding uses: some of them are not in its types. */
export interface IoRedis {
  readonly isCluster?: false;
  readonly status: string;
  /** `subscriber` after SUBSCRIBE by RESP2. */
  readonly mode: 'normal' | 'subscriber' | 'monitor';
  readonly options: IoRedisOptions;
  readonly condition: { auth?: unknown } | null;
  readonly connector: Connector;
  auth(username: string, password: string): Promise<unknown>;
  connect(): Promise<unknown>;
  disconnect(): void;
  duplicate(override?: object): IoRedis;
  flushQueue(failure: unknown): void;
  on(event: 'close' | 'end' | 'error' | 'ready', listener: (failure: unknown) => void): unknown;
  quit(): Promise<unknown>;
  recoverFromFatalError(command: unknown, failure: unknown, options?: object): void;
  sendCommand(command: { readonly name: string }, stream?: unknown): unknown;
  silentEmit(event: 'error', failure: unknown): unknown;
}

export interface IoRedisOptions {
  username?: string | null | undefined;
  password?: string | null | undefined;
  lazyConnect?: boolean | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** Opens the socket. `disconnect` ends `connecting`. */
interface Connector {
  connecting: boolean;
  connect(emit: unknown): Promise<unknown>;
  disconnect(): void;
}

/** The parts of a cluster of ioredis that the binding uses. */
export interface IoRedisCluster {
  readonly isCluster: true;
  readonly options: { readonly redisOptions?: IoRedisOptions | undefined };
  disconnect(): void;
  duplicate(nodes?: readonly unknown[], options?: object): IoRedisCluster;
  nodes(): readonly IoRedis[];
  on(event: '+node', listener: (node: IoRedis) => void): unknown;
  on(event: 'end' | 'error', listener: () => void): unknown;
  quit(): Promise<unknown>;
}

import type { RedisLogin } from '../redis/redis-login.js';

/** Gives user and password to one client of node-redis, as its option `credentialsProvider`. */
export interface RedisCredentialsProvider {
  readonly type: 'streaming-credentials-provider';
  subscribe(listener: unknown): Promise<[RedisLogin, { dispose(): void }]>;
  onReAuthenticationError(error: unknown): void;
}

/** The parts of a client of node-redis that the binding uses. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  readonly isPubSubActive: boolean;
  readonly options: {
    readonly RESP?: number;
    readonly socket?: object;
    readonly credentialsProvider?: unknown;
  };
  connect(): Promise<unknown>;
  close(): Promise<unknown>;
  destroy(): void;
  duplicate(overrides?: object): NodeRedisClient;
  on(event: 'error' | 'ready' | 'reconnecting' | 'end', listener: () => void): unknown;
  sendCommand(args: readonly string[]): Promise<unknown>;
}

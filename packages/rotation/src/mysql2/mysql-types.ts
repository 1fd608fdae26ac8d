// The parts of mysql2 that the binding uses.

export type MysqlConfig = Readonly<Record<string, unknown>>;

export interface MysqlConnection {
  readonly config: { gracefulEnd?: boolean };
  readonly stream: {
    destroy(): unknown;
    once(event: 'close', listener: () => void): unknown;
  };
  end(): unknown;
  on(event: 'error', listener: () => void): unknown;
}

export type Checkout = (error: unknown, connection?: MysqlConnection) => void;

/** The pool with callbacks. */
export interface MysqlPool {
  readonly config: { readonly connectionConfig: object };
  getConnection(callback: Checkout): void;
  /** Puts a connection back; for one that was removed, serves the next checkout in the queue. */
  releaseConnection(connection: object): void;
  end(callback: (error?: unknown) => void): void;
  on(event: 'connection' | 'acquire' | 'release', listener: (connection: MysqlConnection) => void): unknown;
}

/** A connection whose methods return promises. */
export interface MysqlSession {
  connect(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** `mysql2`, whose pool takes callbacks, or `mysql2/promise`, whose pool has such a pool inside. */
export interface MysqlModule {
  createPool(config: MysqlConfig): MysqlPool | { pool: MysqlPool };
  createConnection(config: MysqlConfig): { promise(): MysqlSession } | Promise<MysqlSession>;
}

// The parts of pg that the binding uses.

export interface PgClient {
  connect(): Promise<unknown>;
  connect(callback: (error?: unknown) => void): void;
  end(): Promise<void>;
  on(event: 'error', listener: () => void): unknown;
  once(event: 'end', listener: () => void): unknown;
  /** Absent in native clients. */
  readonly connection?: PgConnection;
}

interface PgConnection {
  on(event: 'errorMessage', listener: (failure: { readonly code?: string }) => void): unknown;
}

export interface PgPoolClient extends PgClient {
  release(destroy?: boolean | Error): void;
}

export interface PgPool {
  connect(): Promise<PgPoolClient>;
  end(): Promise<void>;
  on(event: 'error' | 'connect', listener: (client: PgPoolClient) => void): unknown;
  on(event: 'release', listener: (error: unknown, client: PgPoolClient) => void): unknown;
  readonly idleCount: number;
  readonly waitingCount: number;
}

export type PgConfig = Readonly<Record<string, unknown>>;

/** The `pg` package, or another one with its classes. */
export interface PgModule {
  readonly Pool: new (config: PgConfig) => PgPool;
  readonly Client: new (config: PgConfig) => PgClient;
}

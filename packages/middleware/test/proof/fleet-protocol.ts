/** What a process of the proof is given. */
export interface ProcessConfig {
  readonly port: number;
  readonly storePort: number;
  readonly names: readonly string[];
  /** As base64. */
  readonly key: string;
  readonly client: 'node-redis' | 'ioredis';
}

/** What it reports at its end. */
export interface ProcessReport {
  readonly reads: number;
  /** Failed reads of secrets that it had before. */
  readonly failed: number;
  readonly tooOld: number;
  readonly unhandled: number;
  readonly outstanding: number;
  readonly hits: number;
  readonly outages: number;
}

export const ttlMs = 400;
export const staleMs = 800;
/** The oldest value that a read may get, counted from its start. */
export const boundMs: number = ttlMs + staleMs;

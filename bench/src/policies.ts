export type PolicyKind = 'retry' | 'circuitBreaker' | 'timeout';

/** Something that runs calls under policies. */
export interface Policies {
  readonly name: string;
  /** Runs a call under these, the first one outermost. */
  around(kinds: readonly PolicyKind[]): <T>(run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

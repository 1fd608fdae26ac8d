export type PolicyKind = 'retry' | 'circuitBreaker' | 'timeout';

/** A library of policies. */
export interface Policies {
  readonly name: string;
  /** Returns a function that runs a call under these policies; the first one is the outermost. */
  wrap(kinds: readonly PolicyKind[]): <T>(run: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

import type { SecretProvider } from '@secretkit/core';

/** A place to read secrets from, and what the story needs to know of it. */
export interface Backend {
  /** One line for the heading. */
  readonly description: string;
  readonly provider: SecretProvider;
  /** What the counter counts. */
  readonly callsAre: string;
  /** Calls to the backend so far. */
  calls(): number;
  /** Makes the next call fail with a 429. Absent where nobody limits rates. */
  limitNextCall?(): void;
  /** Who has a secret of their own here. Absent where there are no scopes. */
  readonly user?: string;
  /** The name of a secret that is gone after a few seconds. Absent where nothing expires. */
  readonly shortLived?: string;
  close(): Promise<void>;
}

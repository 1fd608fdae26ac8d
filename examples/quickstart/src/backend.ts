import type { SecretProvider } from '@secretkit/core';

/** A source of secrets, and the facts that the demonstration needs. */
export interface Backend {
  /** One line for the heading. */
  readonly description: string;
  readonly provider: SecretProvider;
  /** The unit of the counter, for the heading. */
  readonly callUnit: string;
  /** Returns the calls to the backend so far. */
  calls(): number;
  /** Makes the next call fail with a 429. Absent without a rate limit. */
  limitNextCall?(): void;
  /** Makes every call fail, as while the store is down, until the returned function is called. Absent where no call can fail. */
  beginOutage?(): () => void;
  /** Takes the permission to read this secret away. Absent without permissions. */
  revoke?(name: string): void;
  /** Stores a new value, as a rotation does. Absent where values do not change. */
  rotate?(name: string, value: string): Promise<void>;
  /** A user with a secret of their own. Absent without scopes. */
  readonly user?: string;
  /** The name of a secret that expires after a few seconds. Absent without expiry. */
  readonly shortLived?: string;
  close(): Promise<void>;
}

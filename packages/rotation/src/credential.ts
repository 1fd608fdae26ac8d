import type { Secret } from '@secretkit/core/provider';

/** One value of a secret that rotates. */
export interface Credential<T> {
  /** 1 for the first value; a value that differs from the one before has the next number. */
  readonly generation: number;
  /** The value, with its version and dates. It has later dates after a lease was renewed. */
  readonly secret: Secret<T>;
}

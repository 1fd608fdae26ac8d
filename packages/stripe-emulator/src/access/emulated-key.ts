import type { Mode } from '../store/secret-space.js';

/** An API key that exists, with its account, mode and permission. */
export interface EmulatedKey {
  /** An invented key: `sk_test_…`, `rk_test_…`, or a live key if `allowLiveKeys` is set. */
  readonly key: string;
  /** Account of the key. @defaultValue the `ownAccount` option */
  readonly account?: string | undefined;
  /** Mode of the key. `sandbox` has its own data, separate from `test`. @defaultValue the mode in the prefix of the key */
  readonly mode?: Mode | undefined;
  /** Whether a restricted key has the permission `rak_secret_write`. @defaultValue false */
  readonly secretWrite?: boolean | undefined;
}

import { checkFunction, checkNumber, checkOptions, maxDelayMs } from '@secretkit/core/provider';
import { checkMethods, checkPrincipal } from '../shared/check-record-options.js';
import type { SharedCacheCodec } from '../shared-cache/options.js';
import type { SnapshotStore } from './snapshot-store.js';

export interface SnapshotOptions {
  /** `snapshotFiles({ folder })` of `@secretkit/middleware/snapshot/node`, or another store. */
  readonly store: SnapshotStore;
  /** `sealedCodec()` of `@secretkit/sealed`. Its keys must not come from the store of secrets that may be down. */
  readonly codec: SharedCacheCodec;
  /**
   * Names those who may read what this process may: a role's ARN, or a hash of a token. Processes with other rights must have
   * another one: they share no value.
   */
  readonly principal: string;
  /**
   * How long a value may be served while the backend is down, in milliseconds, counted from when the backend gave it; never at
   * or past its expiry. Its record is deleted then.
   */
  readonly maxAgeMs: number;
  /** How far the clock that dated a record may be ahead, in milliseconds. A record from further ahead is not served. @defaultValue 5000 */
  readonly skewMs?: number;
  /**
   * Returns the time, in epoch milliseconds, for ages and for waits.
   * @defaultValue `Date.now` for ages, `performance.now` for waits
   */
  readonly now?: () => number;
}

/** The options with their defaults filled in. */
export type SnapshotSettings = Omit<Required<SnapshotOptions>, 'now'> & {
  readonly now: SnapshotOptions['now'] | undefined;
};

const owner = 'snapshot';

/** @throws `RangeError` or `TypeError` that names the option and the expected value. */
export function checkedOptions(options: SnapshotOptions): SnapshotSettings {
  const known = ['store', 'codec', 'principal', 'maxAgeMs', 'skewMs', 'now'];
  const own = checkOptions(owner, options, known);
  const { store, codec, principal, maxAgeMs, skewMs = 5_000, now } = own;
  const methods = ['read', 'write', 'remove', 'prune'];
  checkMethods(
    owner,
    'store',
    store,
    methods,
    'snapshotFiles({ folder }) of @secretkit/middleware/snapshot/node',
  );
  checkMethods(owner, 'codec', codec, ['seal', 'open', 'names'], 'sealedCodec() of @secretkit/sealed');
  checkPrincipal(owner, principal);
  checkFunction(owner, 'now', now);
  checkNumber(owner, 'maxAgeMs', maxAgeMs, { min: 1, max: maxDelayMs });
  checkNumber(owner, 'skewMs', skewMs, { min: 0, max: maxDelayMs });
  return { store, codec, principal, maxAgeMs, skewMs, now };
}

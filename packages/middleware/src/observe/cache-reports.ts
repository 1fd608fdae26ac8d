import { ignoreErrors } from '@secretkit/core/middleware';
import type { CallContext, SecretErrorCode } from '@secretkit/core/provider';
import { layerKind } from '../shared/layer-kind.js';
import type { CacheResult } from './cache-result.js';

/** The reports of the caches inside for one call. */
export interface CacheReports {
  /** The context of the call, which records the reports and passes all of them on to the caller's own `report`. */
  readonly ctx: CallContext;
  /** The result so far. A call to the backend outweighs a value in memory. Absent until a cache has reported. */
  readonly result: CacheResult | undefined;
  /** The last failure that a value in memory was served instead of. */
  readonly hiddenFailure: SecretErrorCode | undefined;
}

// The later outweighs the earlier.
const results: readonly CacheResult[] = ['hit', 'stale', 'coalesced', 'refresh', 'miss'];

/** Records what the caches inside report for a call. */
export function cacheReports(ctx: CallContext): CacheReports {
  const kind = layerKind('cache');
  let at = -1;
  let hiddenFailure: SecretErrorCode | undefined;
  return {
    ctx: {
      ...ctx,
      report(what) {
        if (what.kind === kind) {
          at = Math.max(at, results.indexOf(what.result as CacheResult)); // any other word is of a newer cache
          hiddenFailure = what.code ?? hiddenFailure;
        }
        ignoreErrors(() => ctx.report?.(what));
      },
    },
    get result() {
      return results[at];
    },
    get hiddenFailure() {
      return hiddenFailure;
    },
  };
}

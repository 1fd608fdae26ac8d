import { type Middleware, notify } from '@secretkit/core/middleware';
import { checkOptions } from '@secretkit/core/provider';
import { type Asked, observed } from './observed.js';
import type { Result } from './result.js';

export type { CacheResult } from './cache-counts.js';
export type { Asked } from './observed.js';
export type { Outcome, Result } from './result.js';

export interface ObserveOptions {
  /** Told of each call when it has ended. What it throws is ignored. */
  readonly onEvent: (event: CallEvent) => void;
  /**
   * Is it told of answers from memory too? They cost more then.
   * @defaultValue false
   */
  readonly hits?: boolean;
  /** The clock that staleness is told by, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
}

/** A call that has ended: what was asked, of whom, and what came of it. Names and codes, never a value. */
export interface CallEvent extends Asked, Result {
  /** From the call to its end, in milliseconds. */
  readonly durationMs: number;
}

/**
 * Tells a hook of each call that is not answered from memory, for whoever has a logger and no more.
 *
 * It stands outside a cache: what is fresh there passes untouched, and costs nothing. Within a retry it tells of each
 * attempt. The hook is given names, codes and durations, never a value.
 *
 * @throws `TypeError` for wrong options, when it is built.
 * @example
 * ```ts
 * import { compose, createSecrets } from '@secretkit/core';
 * import { envSecrets } from '@secretkit/env';
 * import { cache } from '@secretkit/middleware/cache';
 * import { observe } from '@secretkit/middleware/observe';
 *
 * const logged = observe({
 *   onEvent: ({ operation, outcome, durationMs }) => console.log(operation, outcome, durationMs),
 * });
 * const secrets = createSecrets(compose(logged, cache())(envSecrets()));
 * ```
 */
export function observe(options: ObserveOptions): Middleware {
  checkOptions('observe', options, ['onEvent', 'hits', 'now']);
  const { onEvent, hits = false, now = () => Date.now() } = options;
  if (typeof onEvent !== 'function') throw new TypeError('observe needs a function: observe({ onEvent }).');

  return observed('observe', { hits }, { hits, now }, () => ({
    begin(asked) {
      const startedAt = performance.now();
      return {
        run: (call) => call(),
        end: (result) => notify(onEvent, { ...asked, ...result, durationMs: performance.now() - startedAt }),
      };
    },
  }));
}

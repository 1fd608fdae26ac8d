/**
 * Returns numbers in [0, 1), like `Math.random`, but the same ones for the same seed. They are predictable: for tests only.
 *
 * @param seed - A whole number.
 * @example
 * ```ts
 * import { retry } from '@secretkit/middleware/retry';
 * import { seededRandom } from '@secretkit/testing';
 *
 * const middleware = retry({ random: seededRandom(1) });
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  // mulberry32: one step, then two rounds of mixing.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Numbers like those of `Math.random`, the same ones for the same seed. For tests only: they can be predicted.
 *
 * @param seed - A whole number.
 * @example
 * ```ts
 * import { seededRandom } from '@secretkit/conformance';
 * import { retry } from '@secretkit/middleware/retry';
 *
 * const middleware = retry({ random: seededRandom(1) });
 * ```
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  // mulberry32: a step, and two rounds of mixing.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

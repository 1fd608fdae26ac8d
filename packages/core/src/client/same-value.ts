import type { Secret } from '../secret.js';

/** Do both hold the same value? The comparison leaves no trace of either. */
export function sameValue(one: Secret, other: Secret): boolean {
  return one.reveal() === other.reveal();
}

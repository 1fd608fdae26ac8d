/** Numbers from 0 to 1, whatever the source answers: one that is broken must not keep a value, or ask, for ever. */
export function chance(random: () => number): () => number {
  return () => Math.min(1, Math.max(0, random() || 0)); // it may be no number
}

/** Returns a function that names the use of the records of each wrapped provider: one middleware may wrap several, which share nothing. */
export function recordUses(layer: string): (backend: string) => string {
  const wrapped = new Map<string, number>();
  return (backend) => {
    const before = wrapped.get(backend) ?? 0;
    wrapped.set(backend, before + 1);
    return `${layer}/${before === 0 ? backend : `${before}/${backend}`}`;
  };
}

/**
 * Returns a function that names the use of the records of each wrapped provider: one middleware may wrap several, which share
 * nothing. Another process may wrap two backends of one name in another order, so only the first of them has records that others open.
 *
 * @param onSeveral - Called for the second backend of a name.
 */
export function recordUses(layer: string, onSeveral: () => void): (backend: string) => string {
  const wrapped = new Set<string>();
  return (backend) => {
    const use = `${layer}/${backend}`;
    if (!wrapped.has(backend)) {
      wrapped.add(backend);
      return use;
    }
    onSeveral();
    return `${use}/${globalThis.crypto.randomUUID()}`;
  };
}

/** Masks a key for errors: its prefix, stars, and its last four characters if at least eight others stay hidden. */
export function maskKey(key: string): string {
  const prefix = /^(?:sk|rk|pk)_(?:test|live)_/.exec(key)?.[0] ?? '';
  const rest = key.slice(prefix.length);
  const shown = rest.length >= 12 ? rest.slice(-4).replace(/[^A-Za-z0-9_]/g, '*') : '';
  return `${prefix}${'*'.repeat(Math.min(rest.length - shown.length, 40))}${shown}`;
}

/** The path of the tree itself. */
export const rootPath = '(root)';

/** The path of a part, as JavaScript would write it: `db.hosts[0].password`. */
export function childPath(parent: string, key: PropertyKey, holder: object): string {
  if (Array.isArray(holder) && typeof key === 'string' && /^\d+$/.test(key)) return `${parent}[${key}]`;
  const name = typeof key === 'symbol' ? String(key) : key;
  if (typeof name === 'string' && /^[\p{ID_Start}$_][\p{ID_Continue}$\-]*$/u.test(name)) {
    return parent === rootPath ? name : `${parent}.${name}`;
  }
  return `${parent}[${typeof key === 'symbol' ? shorten(String(key)) : JSON.stringify(shorten(String(key)))}]`;
}

function shorten(text: string): string {
  return text.length > 50 ? `${text.slice(0, 49)}…` : text;
}

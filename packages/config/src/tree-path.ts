/** Returns the path of a child, in the syntax of JavaScript: `db.hosts[0].password`. The path of the root is empty. */
export function childPath(parent: string, key: PropertyKey, container: object): string {
  const name = shorten(String(key));
  if (typeof key === 'symbol') return `${parent}[${name}]`;
  if (Array.isArray(container) && /^\d+$/.test(name)) return `${parent}[${name}]`;
  if (!/^[\p{ID_Start}$_][\p{ID_Continue}$-]*$/u.test(name)) return `${parent}[${JSON.stringify(name)}]`;
  return parent === '' ? name : `${parent}.${name}`;
}

function shorten(text: string): string {
  return text.length > 50 ? `${text.slice(0, 49)}…` : text;
}

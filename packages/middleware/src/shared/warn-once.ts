/** Returns a function that warns once for each code, as Node does: by the code, a warning can be disabled. It quotes no error. */
export function warnOnce<What extends string>(
  owner: string,
  prefix: string,
  texts: Readonly<Record<What, string>>,
): (what: What) => void {
  const given = new Set<What>();
  return (what) => {
    if (given.has(what)) return;
    given.add(what);
    const code = `${prefix}_${what}`;
    const message = `${owner}: ${texts[what]}`;
    const { process } = globalThis as { process?: { emitWarning?: (text: string, about: object) => void } };
    if (typeof process?.emitWarning === 'function') {
      process.emitWarning(message, { type: 'SecretkitWarning', code });
    } else {
      // eslint-disable-next-line no-console -- there is no other channel
      console.warn(`${code}: ${message}`);
    }
  };
}

const texts = {
  DOWN: 'Redis does not answer, so each process reads its secrets from the store. Check the server and the client.',
  WRITES_REFUSED:
    'Redis refuses to write, so secrets are not shared. Check its memory, its role, and the commands and keys of the user.',
  NO_ERROR_LISTENER:
    "the client has no listener for errors, so a lost connection ends the process. Add client.on('error', …).",
} as const;

/** Returns a function that warns once for each code, as Node does: by the code, a warning can be disabled. It quotes no error. */
export function warnings(): (what: keyof typeof texts) => void {
  const given = new Set<string>();
  return (what) => {
    if (given.has(what)) return;
    given.add(what);
    const code = `SECRETKIT_SHARED_CACHE_${what}`;
    const message = `sharedCache: ${texts[what]}`;
    const { process } = globalThis as { process?: { emitWarning?: (text: string, about: object) => void } };
    if (typeof process?.emitWarning === 'function') {
      process.emitWarning(message, { type: 'SecretkitWarning', code });
    } else {
      // eslint-disable-next-line no-console -- there is no other channel
      console.warn(`${code}: ${message}`);
    }
  };
}

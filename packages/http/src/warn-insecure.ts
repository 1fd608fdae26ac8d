/** Warns as Node does, so that the warning can be disabled by its code; elsewhere on the console. The host is not quoted. */
export function warnInsecure(owner: string, code: string): void {
  const message =
    `${owner}: allowInsecure sends the credential and all values to another machine without TLS. ` +
    'Use it for tests and on trusted networks only.';
  const { process } = globalThis as { process?: { emitWarning?: (text: string, about: object) => void } }; // absent in browsers
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SecretkitWarning', code });
  } else {
    // eslint-disable-next-line no-console -- there is no other channel
    console.warn(`${code}: ${message}`);
  }
}

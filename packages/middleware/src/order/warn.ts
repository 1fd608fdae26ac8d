/** Tells whoever runs the process: as a warning of Node's, which can be switched off by its code, else on the console. */
export function warn(code: string, message: string): void {
  const { process } = globalThis as { process?: { emitWarning?: (text: string, about: object) => void } }; // not everywhere
  if (typeof process?.emitWarning === 'function') {
    process.emitWarning(message, { type: 'SecretkitWarning', code });
  } else {
    // eslint-disable-next-line no-console -- there is nowhere else to say it
    console.warn(`${code}: ${message}`);
  }
}

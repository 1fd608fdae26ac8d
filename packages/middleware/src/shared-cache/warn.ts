import { warnOnce } from '../shared/warn-once.js';

const texts = {
  DOWN: 'Redis does not answer, so each process reads its secrets from the store. Check the server and the client.',
  WRITES_REFUSED:
    'Redis refuses to write, so secrets are not shared. Check its memory, its role, and the commands and keys of the user.',
  NO_ERROR_LISTENER:
    "the client has no listener for errors, so a lost connection ends the process. Add client.on('error', …).",
  SEVERAL_BACKENDS:
    'one sharedCache wraps several backends of one name, so only the values of the first are shared. Give each its own sharedCache, with a principal that names the backend.',
} as const;

/** Returns a function that warns once for each code. */
export function warnings(): (what: keyof typeof texts) => void {
  return warnOnce('sharedCache', 'SECRETKIT_SHARED_CACHE', texts);
}

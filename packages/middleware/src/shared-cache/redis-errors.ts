import { ignoreErrors } from '@secretkit/core/middleware';

/** What an error of a client means for the shared cache. */
export type RedisFault =
  /** Redis answers, but refuses this kind of command. */
  | 'refused'
  /** Another program has written to the key. */
  | 'wrong type'
  /** Redis, or the way to it, is down; or it refuses all commands. */
  | 'down';

const refusals = new Set(['OOM', 'NOPERM', 'READONLY', 'MISCONF', 'NOREPLICAS', 'ERR']);

/**
 * Returns the meaning of an error by its first word, as Redis defines it, and never quotes it: a client's error may have the command.
 * https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors
 */
export function faultOf(error: unknown, isRead: boolean): RedisFault {
  const message = ignoreErrors(() => (error as { readonly message?: unknown } | null | undefined)?.message);
  const [word = ''] = typeof message === 'string' ? message.split(' ', 1) : [];
  if (word === 'WRONGTYPE') return 'wrong type';
  return !isRead && refusals.has(word) ? 'refused' : 'down';
}

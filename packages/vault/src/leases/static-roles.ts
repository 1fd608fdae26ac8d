import type { SecretMeta } from '@secretkit/core/provider';
import { numberIn, textIn } from '../answer-fields.js';

/** What is remembered of a role whose password the server rotates. */
interface Seen {
  readonly rotation: string;
  /** When its rotation was announced for. */
  readonly dueMs: number;
}

/** The server rotates a moment later than it says. */
const delayMs = 1_000;
/** A rotation that is late is looked for this often. */
const lateMs = 2_000;
/** A rotation by hand is seen after this time at most. */
const maxAgeMs = 60_000;
const maxPaths = 1_000;

/**
 * Returns a function that gives the dates of a static role's answer, by its `ttl`, the seconds to the next rotation. The server
 * may begin a new `ttl` before it has changed the password: until `last_vault_rotation` has moved, it is asked again soon.
 */
export function staticRoles(now: () => number): (path: string, data: object) => SecretMeta | undefined {
  const seen = new Map<string, Seen>();

  return (path, data) => {
    const [ttl, rotation] = [numberIn(data, 'ttl'), textIn(data, 'last_vault_rotation')];
    if (ttl === undefined || rotation === undefined) return undefined;
    const nowMs = now();
    const before = seen.get(path);
    const isLate = before?.rotation === rotation && before.dueMs <= nowMs;
    const dueMs = isLate ? before.dueMs : nowMs + ttl * 1_000 + delayMs;
    seen.delete(path); // the order is that of the reads
    seen.set(path, { rotation, dueMs });
    const [oldest] = seen.keys();
    if (seen.size > maxPaths && oldest !== undefined) seen.delete(oldest);
    return {
      refreshAt: new Date(isLate ? nowMs + lateMs : Math.min(dueMs, nowMs + maxAgeMs)),
      version: rotation,
    };
  };
}

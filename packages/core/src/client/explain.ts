import { backendName, type MemoryExplanation, type SecretProvider } from '../contract/provider.js';
import { describeRef, type SecretRef } from '../contract/ref.js';

/** What the next plain read of a secret gets, and why: never its value. `String(explanation)` is five lines for people. */
export interface Explanation extends MemoryExplanation {
  readonly ref: SecretRef;
  /** Who answers the next read: a layer, such as `cache`, or the name of a backend. */
  readonly answeredBy: string;
  /** How long ago the backend answered, in milliseconds. */
  readonly ageMs?: number;
  /** Returns five lines for people. */
  toString(): string;
}

/** Returns what the memory of the stack says about a ref, without I/O. */
export function explain(stack: SecretProvider, ref: SecretRef, now: () => number): Explanation {
  const held = stack.memory?.explain?.(ref) ?? { state: 'absent' };
  const nowMs = held.asOf?.getTime() ?? now();
  const backend = held.backend ?? backendName(stack);
  const explanation: Explanation = {
    ref,
    ...held,
    answeredBy: answersItself.has(held.state) ? (held.layer ?? backend) : backend,
    ...(held.fetchedAt && { ageMs: Math.max(0, nowMs - held.fetchedAt.getTime()) }),
  };
  Object.defineProperty(explanation, 'toString', { value: () => linesOf(explanation, nowMs).join('\n') });
  return Object.freeze(explanation);
}

const answersItself: ReadonlySet<string> = new Set(['fresh', 'cooldown', 'missing', 'denied']);

const nextRead = {
  fresh: 'gets the value in memory',
  stale: 'asks for a new value; if that fails, it gets the one in memory',
  refreshing: 'gets the answer of the request in flight',
  cooldown: 'gets the value in memory, since the last refresh failed',
  missing: 'is answered with the remembered absence',
  denied: 'fails as the last one did, without a call',
  absent: 'asks the backend; if that fails, it gets the error',
} as const satisfies Record<MemoryExplanation['state'], string>;

function linesOf(explanation: Explanation, nowMs: number): readonly string[] {
  const { ref, state, answeredBy, backend, version, fetchedAt, staleAt, expiresAt } = explanation;
  const { servableUntil, nextAttemptAt, failure } = explanation;
  const at = (date: Date): string => `${distance(date.getTime() - nowMs)} (${date.toISOString()})`;
  const next =
    state === 'absent' && nextAttemptAt ? 'fails at once, since calls are stopped' : nextRead[state];
  const held = version === undefined ? 'a value' : `version ${version}`;
  return [
    `${describeRef(ref)}: ${state}. The next read ${next} (${answeredBy}).`,
    servableUntil && fetchedAt
      ? `Value: ${held} from ${backend ?? answeredBy}, fetched ${at(fetchedAt)}.`
      : 'Value: none in memory.',
    staleAt && servableUntil
      ? `Deadlines: stale ${at(staleAt)}; gone ${at(servableUntil)} if the backend stays down, at once if it denies access; ${expiresAt ? `expires ${at(expiresAt)}` : 'no expiry'}.`
      : 'Deadlines: none.',
    `Next attempt: by ${nextAttemptAt ? `a read ${at(nextAttemptAt)} or later` : 'the next read'}.`,
    `Last failure: ${failure ? `${failure.code}, ${at(failure.at)}` : 'none'}.`,
  ];
}

/** Each with its length, and the smallest number of it that is shown. */
const units = [
  ['d', 86_400_000, 2],
  ['h', 3_600_000, 2],
  ['min', 60_000, 2],
  ['s', 1_000, 1],
] as const;

function distance(ms: number): string {
  if (ms === 0) return 'now';
  const [unit, length] = units.find(([, each, from]) => Math.abs(ms) >= from * each) ?? ['ms', 1];
  const amount = `${Math.round(Math.abs(ms) / length)} ${unit}`;
  return ms > 0 ? `in ${amount}` : `${amount} ago`;
}

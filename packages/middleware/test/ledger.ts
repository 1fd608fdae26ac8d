import type { Secret } from '@secretkit/core/provider';

/** When a read started: in milliseconds, and as a position in the order of all events. */
export interface Start {
  readonly ms: number;
  readonly order: number;
}

/**
 * Records the contents of a backend over time, and checks every answer of a cache in front of it. A value must start with its
 * location and `#`.
 */
export interface Ledger {
  readonly violations: readonly string[];
  /** The value may be there from now on, in addition to the previous ones. */
  expect(location: string, value: string): void;
  /** The value is there from now on, and no other. */
  put(location: string, value: string): void;
  remove(location: string): void;
  /** A read that starts later must not return a value that is not there any more. Absent: of all locations. */
  forget(location?: string): void;
  start(): Start;
  /** Checks a value that a read returned. */
  check(location: string, secret: Secret, start: Start, how: 'plain' | 'fresh' | 'peek'): void;
  note(violation: string): void;
}

interface Version {
  removed?: Start;
}

/** @param bounds - Of the cache between the backend and the readers. */
export function ledger(bounds: { readonly ttlMs: number; readonly servableMs: number }): Ledger {
  const violations: string[] = [];
  const versions = new Map<string, Version>();
  const current = new Map<string, Set<string>>();
  const forgotten = new Map<string | undefined, number>();
  let order = 0;

  const start = (): Start => ({ ms: Date.now(), order: (order += 1) });

  function remove(location: string): void {
    const removed = start();
    for (const value of current.get(location) ?? []) versions.set(value, { removed });
    current.set(location, new Set());
  }

  function expect(location: string, value: string): void {
    versions.set(value, {});
    current.set(location, (current.get(location) ?? new Set()).add(value));
  }

  return {
    violations,
    start,
    remove,
    expect,
    put(location, value) {
      remove(location);
      expect(location, value);
    },
    forget(location) {
      forgotten.set(location, start().order);
    },
    check(location, secret, started, how) {
      const { expiresAt, staleSince } = secret;
      const value = secret.reveal();
      const version = versions.get(value);
      if (!version || !value.startsWith(`${location}#`)) violations.push('a value of another secret');
      if (expiresAt && expiresAt.getTime() <= started.ms) violations.push('a value past its expiry');
      if (staleSince && started.ms - staleSince.getTime() >= bounds.servableMs)
        violations.push('a stale value past its bound');
      if (staleSince && how !== 'plain') violations.push(`a stale value: ${how}`);
      if (!version?.removed) return;
      const { removed } = version;
      const oldestMs = how === 'peek' ? bounds.ttlMs : bounds.ttlMs + bounds.servableMs;
      if (started.ms - removed.ms >= oldestMs) violations.push(`a value past its bounds: ${how}`);
      if (how === 'fresh' && removed.order < started.order)
        violations.push('a fresh read with a value from before its start');
      const mark = Math.max(forgotten.get(location) ?? 0, forgotten.get(undefined) ?? 0);
      if (removed.order < mark && mark < started.order)
        violations.push('a value from before a write or an invalidation');
    },
    note: (violation) => violations.push(violation),
  };
}

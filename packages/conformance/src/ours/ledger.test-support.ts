import type { Secret } from '@secretkit/core/provider';

/** When a reader asked: in milliseconds, and in the order of all that happened. */
export interface Asked {
  readonly ms: number;
  readonly order: number;
}

/** What a backend has held and until when, and so what a reader may be told. Values begin with where they are. */
export interface Ledger {
  readonly violations: readonly string[];
  /** It may be there from now on, beside what was there before. */
  expect(where: string, value: string): void;
  /** It is there from now on, and alone. */
  put(where: string, value: string): void;
  remove(where: string): void;
  /** No reader who asks later is to be told what is not there any more. Absent: of no secret. */
  forget(where?: string): void;
  asked(): Asked;
  /** A reader was told a value. */
  told(where: string, secret: Secret, asked: Asked, how: 'plain' | 'fresh' | 'peek'): void;
  note(violation: string): void;
}

interface Version {
  gone?: Asked;
}

/** @param bounds - Of the cache between the backend and the readers. */
export function ledger(bounds: { readonly ttlMs: number; readonly servableMs: number }): Ledger {
  const violations: string[] = [];
  const versions = new Map<string, Version>();
  const there = new Map<string, Set<string>>();
  const forgotten = new Map<string | undefined, number>();
  let order = 0;

  const asked = (): Asked => ({ ms: Date.now(), order: (order += 1) });

  function remove(where: string): void {
    const gone = asked();
    for (const value of there.get(where) ?? []) versions.set(value, { gone });
    there.set(where, new Set());
  }

  function expect(where: string, value: string): void {
    versions.set(value, {});
    there.set(where, (there.get(where) ?? new Set()).add(value));
  }

  return {
    violations,
    asked,
    remove,
    expect,
    put(where, value) {
      remove(where);
      expect(where, value);
    },
    forget(where) {
      forgotten.set(where, asked().order);
    },
    told(where, secret, when, how) {
      const { expiresAt, staleSince } = secret;
      const value = secret.reveal();
      const version = versions.get(value);
      if (!version || !value.startsWith(`${where}#`)) violations.push('a value of another secret');
      if (expiresAt && expiresAt.getTime() <= when.ms) violations.push('a value past its expiry');
      if (staleSince && when.ms - staleSince.getTime() >= bounds.servableMs)
        violations.push('stale beyond its bounds');
      if (staleSince && how !== 'plain') violations.push('stale, and asked for fresh');
      if (!version?.gone) return;
      const { gone } = version;
      const oldestMs = how === 'peek' ? bounds.ttlMs : bounds.ttlMs + bounds.servableMs;
      if (when.ms - gone.ms >= oldestMs) violations.push(`a value beyond its bounds: ${how}`);
      if (how === 'fresh' && gone.order < when.order)
        violations.push('fresh, and from before it was asked for');
      const mark = Math.max(forgotten.get(where) ?? 0, forgotten.get(undefined) ?? 0);
      if (gone.order < mark && mark < when.order)
        violations.push('a value from before a write or an invalidation');
    },
    note: (violation) => violations.push(violation),
  };
}

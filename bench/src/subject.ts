/** Reads a value from the backend; `undefined` means that the name is missing. */
export type Load = (name: string) => Promise<string | undefined>;

export interface SubjectOptions {
  /** The number of values that the cache must hold. */
  readonly maxEntries: number;
}

/** A cache in front of a backend. */
export interface OpenCache {
  /** Reads one name. `valueOf` takes the result. */
  readonly read: (name: string) => PromiseLike<unknown>;
  /** Returns the string in the result of a read. */
  readonly valueOf: (answer: unknown) => string | undefined;
  readonly close?: () => unknown;
}

/** A library under measurement: secretkit, or a library that does part of the same work. */
export interface Subject {
  readonly name: string;
  /** Its options, in a few words. */
  readonly setup: string;
  readonly open: (load: Load, options: SubjectOptions) => OpenCache;
}

/** The TTL of every subject, in milliseconds. */
export const ttlMs = 300_000;

/** Returns a result that is already a string, or `undefined` for a missing value. */
export function stringOf(answer: unknown): string | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'string') return answer;
  throw new TypeError('stringOf: the result of a read must be a string or missing.');
}

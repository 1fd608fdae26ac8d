/** Where values come from: `undefined` is a missing one. */
export type Load = (name: string) => Promise<string | undefined>;

export interface SubjectOptions {
  /** How many values it must have room for. */
  readonly maxEntries: number;
}

/** A cache in front of a source, asked for one name at a time. */
export interface OpenCache {
  /** What awaiting a read of this name gives; the value itself is got by `valueOf`. */
  readonly read: (name: string) => PromiseLike<unknown>;
  /** The string in what a read gave. */
  readonly valueOf: (answer: unknown) => string | undefined;
  readonly close?: () => unknown;
}

/** Something that is measured: this library, or one that does part of the same work. */
export interface Subject {
  readonly name: string;
  /** How it is set up, in a few words. */
  readonly how: string;
  readonly open: (load: Load, options: SubjectOptions) => OpenCache;
}

/** For how long a value is fresh in every subject, in milliseconds. */
export const ttlMs = 300_000;

/** What is a string or missing already. */
export function asIs(answer: unknown): string | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'string') return answer;
  throw new TypeError('a read gave something else than a string');
}

import { settled } from '@secretkit/core/middleware';
import type { Secret, SecretRef } from '@secretkit/core/provider';
import type { Identity } from './identity.js';

/** A value in memory. */
export interface Entry extends Identity {
  readonly secret: Secret;
  /** The resolved promise that every hit returns. */
  readonly settled: Promise<Secret>;
  /** The soft deadline, as a reading of the clock at the time of storing. */
  readonly freshUntil: number;
  /** How far the clock had been set back at the time of storing. */
  readonly offsetMs: number;
  /** Absent until a refresh fails. */
  cooldown?: Cooldown;
  /** Absent until a reader asks for it. */
  handle?: EntryHandle;
}

/** A pause between refreshes, after one or more of them failed. */
export interface Cooldown {
  /** How many refreshes failed in a row. */
  failures: number;
  /** In monotonic time. */
  until: number;
}

/** Finds an entry without a lookup. Empty once the entry is removed, so it keeps no value alive. */
export interface EntryHandle {
  entry: Entry | undefined;
}

/** An entry that creates its promise at the first hit: of many values in memory, few are read again. */
export class StoredEntry implements Entry {
  cooldown?: Cooldown;
  handle?: EntryHandle;
  #settled: Promise<Secret> | undefined;

  constructor(
    readonly key: string,
    readonly ref: SecretRef,
    readonly secret: Secret,
    readonly freshUntil: number,
    readonly offsetMs: number,
  ) {}

  get settled(): Promise<Secret> {
    this.#settled ??= settled(this.secret);
    return this.#settled;
  }
}

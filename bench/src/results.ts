import { cpus, totalmem } from 'node:os';
import type { Result } from './case.js';

/** What came of each case, by its name. */
export type Results = Readonly<Record<string, Result>>;

/** A whole run of the bench. */
export interface BenchRecord {
  /** Such as `2026-11-24`. */
  readonly date: string;
  readonly machine: string;
  /** Of Node and of each peer. */
  readonly versions: Readonly<Record<string, string>>;
  readonly results: Results;
}

export function thisMachine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

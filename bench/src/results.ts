import { cpus, totalmem } from 'node:os';
import type { Result } from './case.js';

/** The result of each case, by its name. */
export type Results = Readonly<Record<string, Result>>;

/** A run of the bench, as docs/performance/results.json has it. */
export interface BenchRecord {
  /** For example `2026-11-24`. */
  readonly date: string;
  readonly machine: string;
  /** The versions of Node and of each peer. */
  readonly versions: Readonly<Record<string, string>>;
  readonly results: Results;
}

/** What `npm run proof -- NAME --record` wrote to docs/performance/proofs.json, by the name of the proof. */
export type Proofs = Readonly<Record<string, { readonly date: string; readonly figures: string }>>;

/** Describes the processor and the memory of this machine. */
export function thisMachine(): string {
  const cores = cpus();
  return `${cores[0]?.model.trim() ?? 'unknown'}, ${cores.length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
}

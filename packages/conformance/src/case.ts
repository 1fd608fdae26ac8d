import type { Secrets } from '@secretkit/core';
import type { BackendFacts, Fixture } from './harness.js';

/** What a case is run on. */
export interface Bench extends Fixture {
  readonly facts: BackendFacts;
  /** A client over the provider. */
  readonly secrets: Secrets;
}

/** One thing that must hold. */
export interface Case<Subject> {
  /** Stable, for reports: `reading/missing`. */
  readonly id: string;
  /** What must hold, in one sentence. */
  readonly title: string;
  /** Why it matters, for whoever fails it. */
  readonly why: string;
  /** Could this backend be asked? @defaultValue it could */
  readonly applies?: (facts: BackendFacts) => boolean;
  run(subject: Subject): Promise<void>;
}

/** One thing that every provider must do. */
export type ProviderCase = Case<Bench>;

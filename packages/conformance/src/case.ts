import type { Secrets } from '@secretkit/core';
import type { BackendTraits, Fixture } from './harness.js';

/** The subject of a provider case: the fixture, the traits of its backend, and a client. */
export interface TestContext extends Fixture {
  readonly traits: BackendTraits;
  /** A client of the provider. */
  readonly secrets: Secrets;
}

/** One requirement. */
export interface Case<Subject> {
  /** Stable, for reports: `reading/missing`. */
  readonly id: string;
  /** The requirement in one sentence. */
  readonly title: string;
  /** The reason, for the reader of a failure. */
  readonly why: string;
  /** Whether a backend with these traits can be tested for it. @defaultValue always */
  readonly applies?: (traits: BackendTraits) => boolean;
  run(subject: Subject): Promise<void>;
}

/** One requirement for every provider. */
export type ProviderCase = Case<TestContext>;

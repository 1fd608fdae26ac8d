import type { Answer } from '@secretkit/core/provider';
import type { CallTiming } from './entries.js';
import type { Identity } from './identity.js';

/** One secret of a backend call that has no answer yet. A batch has several. */
export interface InflightRequest {
  readonly identity: Identity;
  readonly call: BackendCall;
  /** Resolves with a failure instead of rejecting: there may be no reader left to catch it. */
  readonly answer: Promise<Answer>;
}

/**
 * One call to the backend, for one secret or a batch. It does not run on the signal of a reader; it is aborted when the last
 * reader leaves.
 */
export class BackendCall implements CallTiming {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly startedAt: number;
  readonly random: number;
  #readers = 0;
  #joinableFresh: boolean;

  constructor({ startedAt, random }: CallTiming, fresh: boolean) {
    this.startedAt = startedAt;
    this.random = random;
    this.#joinableFresh = fresh;
    if (fresh) queueMicrotask(() => (this.#joinableFresh = false));
  }

  /** Whether a fresh read may join: the call is fresh too, and started in the same synchronous turn. */
  get joinableFresh(): boolean {
    return this.#joinableFresh;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  join(): void {
    this.#readers += 1;
  }

  leave(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#controller.abort();
  }
}

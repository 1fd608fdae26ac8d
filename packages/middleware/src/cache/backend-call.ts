import type { Answer, CallContext } from '@secretkit/core/provider';
import type { CallTiming } from './entries.js';
import type { Identity } from './identity.js';

/** How strict a call is: an answer from memory further inside may not be older. */
export type CallTerms = Pick<CallContext, 'fresh' | 'maxAgeMs'>;

/** One secret of a backend call that has no answer yet. A batch has several. */
export interface InflightRequest {
  readonly identity: Identity;
  readonly call: BackendCall;
  /** Resolves with a failure instead of rejecting: there may be no reader left to catch it. */
  readonly answer: Promise<Answer>;
}

/** Who starts a call: a reader, a reader that nobody waits for (yet), or the cache itself. */
export type Starter = 'a reader' | 'a background reader' | 'a refresh';

/**
 * One call to the backend, for one secret or a batch. It does not run on the signal of a reader; it is aborted when the last
 * reader leaves.
 */
export class BackendCall implements CallTiming {
  readonly #controller = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;
  readonly startedAt: number;
  readonly random: number;
  readonly #terms: CallTerms;
  readonly #background: AbortController | undefined;
  #readers = 0;
  #isNew = true;

  constructor({ startedAt, random }: CallTiming, terms: CallTerms, starter: Starter) {
    this.startedAt = startedAt;
    this.random = random;
    this.#terms = terms;
    if (starter !== 'a reader') this.#background = new AbortController();
    if (starter === 'a refresh') this.#readers = 1; // which never leaves
    if (terms.fresh) queueMicrotask(() => (this.#isNew = false));
  }

  /** Whether a reader may join: the call is at least as strict. A fresh one must have started in the same synchronous turn. */
  accepts({ fresh, maxAgeMs }: CallTerms): boolean {
    const own = this.#terms;
    if (this.signal.aborted) return false;
    if (fresh) return own.fresh === true && this.#isNew;
    return (
      maxAgeMs === undefined || own.fresh === true || (own.maxAgeMs ?? Number.POSITIVE_INFINITY) <= maxAgeMs
    );
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
  }

  /** Fires when a reader joins a call in the background. */
  get background(): AbortSignal | undefined {
    return this.#background?.signal;
  }

  /** @param background - That of the reader: until it fires, nobody waits for the reader. */
  join(background?: AbortSignal): void {
    this.#readers += 1;
    if (!background || background.aborted) this.awaited();
  }

  /** Somebody waits for the call from now on. */
  awaited(): void {
    this.#background?.abort('a reader joined'); // an error would keep the context of that reader
  }

  leave(): void {
    this.#readers -= 1;
    if (this.#readers === 0) this.#controller.abort();
  }
}

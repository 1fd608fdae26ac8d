/** Requests to the store in a span of time. */
export interface CallRate {
  readonly calls: number;
  /** Those that were told to slow down. */
  readonly refused: number;
  /** The most in one second. */
  readonly peakPerSecond: number;
  readonly meanPerSecond: number;
  /** How many there were in each second, from the first on. */
  readonly perSecond: readonly number[];
}

/** Counts requests by the second. */
export class CallCounter {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #perSecond: number[] = [];
  #refused = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  count(refused: boolean): void {
    const second = Math.floor((this.#now() - this.#startedAt) / 1_000);
    this.#perSecond[second] = (this.#perSecond[second] ?? 0) + 1;
    if (refused) this.#refused += 1;
  }

  rate(): CallRate {
    const seconds = Math.max(1, Math.ceil((this.#now() - this.#startedAt) / 1_000));
    const perSecond = Array.from({ length: seconds }, (_, second) => this.#perSecond[second] ?? 0);
    const calls = perSecond.reduce((sum, count) => sum + count, 0);
    return {
      calls,
      refused: this.#refused,
      peakPerSecond: perSecond.reduce((most, count) => Math.max(most, count), 0),
      meanPerSecond: calls / seconds,
      perSecond,
    };
  }
}

/** Requests to the store in a period. */
export interface CallRate {
  readonly calls: number;
  /** Requests that the store answered with `rate_limited`. */
  readonly throttled: number;
  /** The largest number of requests in one second. */
  readonly peakPerSecond: number;
  readonly meanPerSecond: number;
  /** The number of requests in each second of the period, in order. */
  readonly perSecond: readonly number[];
}

/** Counts requests per second. */
export class CallCounter {
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #perSecond: number[] = [];
  #throttled = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#startedAt = now();
  }

  count(throttled: boolean): void {
    const second = Math.floor((this.#now() - this.#startedAt) / 1_000);
    this.#perSecond[second] = (this.#perSecond[second] ?? 0) + 1;
    if (throttled) this.#throttled += 1;
  }

  rate(): CallRate {
    const seconds = Math.max(1, Math.ceil((this.#now() - this.#startedAt) / 1_000));
    const perSecond = Array.from({ length: seconds }, (_, second) => this.#perSecond[second] ?? 0);
    const calls = perSecond.reduce((sum, count) => sum + count, 0);
    return {
      calls,
      throttled: this.#throttled,
      peakPerSecond: perSecond.reduce((peak, count) => Math.max(peak, count), 0),
      meanPerSecond: calls / seconds,
      perSecond,
    };
  }
}

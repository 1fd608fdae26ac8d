/** Decides when a circuit opens. */
export interface Strategy {
  /** In one word, for `layersOf`. */
  readonly name: string;
  /** What it was configured with, for `layersOf`. */
  readonly options: Readonly<Record<string, number>>;
  /** Begins to count; called whenever a circuit closes, and for each circuit. */
  tally(): Tally;
}

/** What a strategy has counted in one circuit since it closed. */
export interface Tally {
  /**
   * Counts how an attempt ended, and tells whether the circuit is to open.
   *
   * @param down - Did it end `unavailable` or `timeout`?
   * @param now - In milliseconds; it never goes back.
   */
  opens(down: boolean, now: number): boolean;
}

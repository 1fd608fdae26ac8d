/** Decides when a circuit opens. */
export interface Strategy {
  /** The strategy in one word, for `layersOf`. */
  readonly name: string;
  /** Its configuration, for `layersOf`. */
  readonly options: Readonly<Record<string, number>>;
  /** Must return a new count. Called once for each circuit, and again each time that the circuit closes. */
  tally(): Tally;
}

/** The attempts of one circuit since it closed. */
export interface Tally {
  /**
   * Must count an attempt that ended, and return whether the circuit must open.
   *
   * @param down - Whether the attempt ended with `unavailable` or `timeout`.
   * @param now - The time in milliseconds, by a clock that never decreases.
   */
  opens(down: boolean, now: number): boolean;
}

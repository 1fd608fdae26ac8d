/** Something does not hold: what was expected, and what came. No value is ever part of it. */
export class ConformanceFailure extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'ConformanceFailure' });
  }

  constructor(
    readonly expected: string,
    readonly came: string,
  ) {
    super(`expected ${expected}; came ${came}`);
  }
}

/** @throws `ConformanceFailure` when what came is not what was expected. */
export function expectThat(holds: boolean, expected: string, came: string): void {
  if (!holds) throw new ConformanceFailure(expected, came);
}

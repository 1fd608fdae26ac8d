/** A requirement that is not met: the expectation and the result, without a value. */
export class ConformanceFailure extends Error {
  static {
    Object.defineProperty(this.prototype, 'name', { value: 'ConformanceFailure' });
  }

  constructor(
    readonly expected: string,
    readonly got: string,
  ) {
    super(`expected ${expected}, got ${got}`);
  }
}

/** @throws `ConformanceFailure` when the condition is false. */
export function expectThat(condition: boolean, expected: string, got: string): void {
  if (!condition) throw new ConformanceFailure(expected, got);
}

/** The functions of a test runner that the suite uses. vitest, jest, `bun:test` and `node:test` have them. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

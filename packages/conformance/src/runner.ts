/** The part of a test runner that is used: vitest's, jest's, Bun's and `node:test`'s all have it. */
export interface Runner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: () => Promise<void>): unknown;
}

import { test as base, type TestAPI } from 'vitest';
import type { EmulatorOptions } from './options/emulator-options.js';
import { type Emulator, startEmulator } from './start-emulator.js';

/** Fixture of the tests of {@link emulatorTest}. */
export interface EmulatorFixture {
  /** An emulator for this test only. It closes when the test ends, also when the test fails. */
  readonly emulator: Emulator;
}

/**
 * Returns vitest's `test` with the fixture `emulator`. Every test that uses the fixture gets a new emulator.
 *
 * @param options - The options of `startEmulator`.
 *
 * @example
 * const test = emulatorTest({ accounts: ['acct_1'] });
 *
 * test('waits after a rate limit', async ({ emulator, expect }) => {
 *   emulator.faults.add({ kind: 'rateLimited' });
 *   await runYourCode(emulator.url);
 *   expect(emulator.requests.count({ status: 429 })).toBe(1);
 * });
 */
export function emulatorTest(options?: EmulatorOptions): TestAPI<EmulatorFixture> {
  return base.extend<EmulatorFixture>({
    // vitest reads the dependencies of a fixture from this pattern: here, none.
    emulator: async ({}, use) => {
      const emulator = await startEmulator(options);
      await use(emulator);
      await emulator.close();
    },
  });
}

import { test as base, type TestAPI } from 'vitest';
import type { EmulatorOptions } from './options/emulator-options.js';
import { type Emulator, startEmulator } from './start-emulator.js';

/** What the tests of {@link emulatorTest} are given. */
export interface EmulatorFixture {
  /** An emulator that no other test uses. It closes when the test has ended, however it ended. */
  readonly emulator: Emulator;
}

/**
 * Gives vitest's `test` with an emulator for each test that asks for one; its options are those of `startEmulator`.
 *
 * @example
 * const test = emulatorTest({ accounts: ['acct_1'] });
 *
 * test('a rate limit is waited for', async ({ emulator, expect }) => {
 *   emulator.faults.add({ kind: 'rateLimit' });
 *   await runYourCode(emulator.url);
 *   expect(emulator.requests.count({ status: 429 })).toBe(1);
 * });
 */
export function emulatorTest(options?: EmulatorOptions): TestAPI<EmulatorFixture> {
  return base.extend<EmulatorFixture>({
    // vitest reads from the pattern what a fixture needs: this one needs nothing.
    emulator: async ({}, use) => {
      const emulator = await startEmulator(options);
      await use(emulator);
      await emulator.close();
    },
  });
}

import { expectThat } from '../failure.js';

/**
 * Runs a function, and checks that no promise rejects without a handler, which ends a process and prints the reason. The
 * handlers of the test runner do not see such a rejection meanwhile.
 */
export async function expectNoRejection(run: () => Promise<void>): Promise<void> {
  const others = process.listeners('unhandledRejection');
  let count = 0;
  const record = (): void => void (count += 1);
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', record);
  try {
    await run();
  } finally {
    await new Promise((resolve) => setTimeout(resolve, 0)); // it is reported after the last microtask
    process.off('unhandledRejection', record);
    for (const other of others) process.on('unhandledRejection', other);
  }
  expectThat(count === 0, 'no unhandled rejection', String(count));
}

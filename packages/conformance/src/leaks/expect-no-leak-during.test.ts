import { channel } from 'node:diagnostics_channel';
import { describe, expect, it } from 'vitest';
import { expectNoLeakDuring } from './expect-no-leak-during.js';
import { LeakFound } from './leak-found.js';

const canary = 'CANARY-not-a-real-secret';

/** Keeps the output of a test away from the console. */
async function muted(run: () => Promise<unknown>): Promise<unknown> {
  const { log, error } = console;
  const { write } = process.stderr;
  Object.assign(console, { log: () => undefined, error: () => undefined });
  process.stderr.write = () => true;
  try {
    return await run();
  } finally {
    Object.assign(console, { log, error });
    process.stderr.write = write;
  }
}

describe('a value is found when it is', () => {
  it.each<[string, () => unknown]>([
    ['printed', () => console.log('read %s', canary)],
    ['printed within an object', () => console.error({ config: { token: canary } })],
    ['written to standard error', () => process.stderr.write(`DEBUG ${canary}\n`)],
    ['written as bytes', () => process.stderr.write(Buffer.from(canary))],
    ['published', () => channel('undici:request:create').publish({ body: canary })],
    ['a warning', () => process.emitWarning(`the value ${canary} is weak`)],
  ])('%s', async (_, act) => {
    const run = async (): Promise<void> => {
      act();
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    };
    await expect(muted(() => expectNoLeakDuring(canary, run))).rejects.toThrow(LeakFound);
  });

  it('published on a channel that the options name', async () => {
    const run = async (): Promise<void> => {
      channel('my-app:secrets').publish({ value: canary });
    };
    await expectNoLeakDuring(canary, run);
    await expect(expectNoLeakDuring(canary, run, { channels: ['my-app:secrets'] })).rejects.toThrow(
      LeakFound,
    );
  });
});

it('returns the result of the function, and restores everything', async () => {
  const before = [console.log, process.stdout.write, process.listenerCount('warning')];
  expect(await expectNoLeakDuring(canary, async () => 'done')).toBe('done');
  await expect(expectNoLeakDuring(canary, () => Promise.reject(new RangeError('own')))).rejects.toThrow(
    RangeError,
  );
  expect([console.log, process.stdout.write, process.listenerCount('warning')]).toEqual(before);
});

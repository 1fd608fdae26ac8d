import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createStoreQueue } from './store-queue.js';

const reading = { what: 'read', isAwaited: false } as const;
const writing = { what: 'write', isAwaited: false } as const;

it('of a store that hangs holds at most 64 reads of a secret, and every write', async () => {
  const failed: string[] = [];
  const queue = createStoreQueue((what, isDone) => {
    if (!isDone) failed.push(what);
  });
  let go = (): void => undefined;
  const gate = new Promise<void>((resolve) => (go = resolve));
  const reads = Array.from({ length: 100 }, () => queue.run('one', reading, () => gate.then(() => 'read')));
  expect(await Promise.all(reads.slice(64))).toEqual(Array.from({ length: 36 }, () => undefined));
  expect(failed).toEqual(Array.from({ length: 36 }, () => 'read'));
  expect(await queue.run('other', reading, async () => 'another secret')).toBe('another secret');
  const write = queue.run('one', writing, async () => 'written');
  go();
  expect(await write).toBe('written');
  expect(new Set(await Promise.all(reads.slice(0, 64)))).toEqual(new Set(['read']));
  await turn();
  expect(queue.isBusy('one')).toBe(false);
  expect(await queue.run('one', reading, async () => 'again')).toBe('again');
});

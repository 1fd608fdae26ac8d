import { EventEmitter } from 'node:events';
import type { FSWatcher } from 'node:fs';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder, writeFiles } from '../test/folders.js';
import { watchFolder } from './folder-watcher.js';

const never = 2 ** 31 - 1;

let folder: string;
beforeEach(() => {
  folder = join(temporaryFolder(onTestFinished), 'mount');
  writeFiles(folder, { token: 'x' });
});

class FakeWatcher extends EventEmitter {
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}

/** Watches with watchers that the test controls. */
function watched(pollMs: number) {
  const watchers: FakeWatcher[] = [];
  const looks = { count: 0 };
  const listeners: (() => void)[] = [];
  const end = watchFolder(
    folder,
    pollMs,
    async () => void (looks.count += 1),
    (_, onEvent) => {
      listeners.push(onEvent);
      const watcher = new FakeWatcher();
      watchers.push(watcher);
      return watcher as unknown as FSWatcher; // as far as it is used
    },
  );
  onTestFinished(end);
  return { watchers, looks, listeners, end };
}

describe('a folder', () => {
  it('is looked at again and again, also where the system cannot watch it', async () => {
    let looks = 0;
    const failing = (): never => {
      throw new Error('ENOSPC');
    };
    await new Promise<void>((resolve) => {
      onTestFinished(
        watchFolder(
          folder,
          10,
          async () => {
            looks += 1;
            if (looks === 3) resolve();
          },
          failing,
        ),
      );
    });
  });

  it('is looked at when something changes in it, before the next poll', async () => {
    const looked = new Promise<void>((resolve) => {
      onTestFinished(watchFolder(folder, never, async () => resolve()));
    });
    let writes = 0;
    const writing = setInterval(() => writeFiles(folder, { token: String(++writes) }), 10); // the watch begins later
    onTestFinished(() => clearInterval(writing));
    await looked;
  });

  it('that is replaced is watched anew, as is one whose watch failed', async () => {
    const { watchers } = watched(10);
    await expect.poll(() => watchers.length).toBe(1);
    writeFiles(`${folder}.next`, { token: 'y' });
    rmSync(folder, { recursive: true });
    await expect.poll(() => watchers[0]?.isClosed).toBe(true);
    renameSync(`${folder}.next`, folder);
    await expect.poll(() => watchers.length).toBe(2);
    watchers[1]?.emit('error', new Error('CANARY'));
    expect(watchers[1]?.isClosed).toBe(true);
    await expect.poll(() => watchers.length).toBe(3);
  });

  it('is looked at once for many events, and not after the end', async () => {
    const { looks, listeners, watchers, end } = watched(never);
    await expect.poll(() => looks.count).toBe(1); // at what changed before it was watched
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    for (let event = 0; event < 10; event += 1) listeners[0]?.();
    vi.advanceTimersByTime(50);
    expect(looks.count).toBe(2);
    listeners[0]?.();
    end();
    listeners[0]?.();
    vi.advanceTimersByTime(1_000);
    expect([looks.count, watchers[0]?.isClosed, vi.getTimerCount()]).toEqual([2, true, 0]);
  });

  it('that hangs is polled once', async () => {
    let looks = 0;
    const end = watchFolder(folder, 10, () => (looks++, new Promise(() => undefined)));
    onTestFinished(end);
    await expect.poll(() => looks).toBe(1);
    const others = new Promise<void>((resolve) => {
      let polls = 0;
      onTestFinished(
        watchFolder(folder, 10, async () => {
          polls += 1;
          if (polls === 5) resolve();
        }),
      );
    });
    await others;
    expect(looks).toBe(1);
  });

  it('is not watched after the end, however early it comes', async () => {
    const { watchers, end } = watched(never);
    end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(watchers).toEqual([]);
  });
});

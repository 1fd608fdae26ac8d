import { type FSWatcher, watch as watchNodeFolder } from 'node:fs';
import { stat } from 'node:fs/promises';

const settleMs = 50;

/**
 * Calls `look` each time that something in the folder changes, and each `pollMs`: events get lost, are not there on a network
 * drive, and end when the folder is replaced, which the poll notices. Does not keep the process alive. Returns the function
 * that ends it.
 */
export function watchFolder(
  directory: string,
  pollMs: number,
  look: () => Promise<void>,
  watch: (directory: string, onEvent: () => void) => FSWatcher = watchNow,
): () => void {
  let watcher: FSWatcher | undefined;
  let watched: string | undefined;
  let soon: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;
  let isPolling = false;

  /** A swap is several events. */
  function lookSoon(): void {
    if (isEnded) return;
    soon ??= setTimeout(() => {
      soon = undefined;
      void look(); // it does not reject
    }, settleMs).unref();
  }

  function unwatch(): void {
    watcher?.close();
    watcher = undefined;
    watched = undefined;
  }

  /** Watches the folder that is at the path now. */
  async function follow(): Promise<void> {
    const found = await stat(directory).then(
      ({ dev, ino }) => `${dev}:${ino}`,
      () => undefined,
    );
    if (isEnded || found === watched) return;
    unwatch();
    if (found === undefined) return;
    try {
      watcher = watch(directory, lookSoon).on('error', unwatch);
      watched = found;
    } catch {
      // The system has no watcher left: the next poll tries again.
    }
  }

  async function poll(): Promise<void> {
    if (isPolling) return; // the disk hangs
    isPolling = true;
    await follow();
    await look();
    isPolling = false;
  }

  void poll(); // it does not reject; it looks at what changed before the folder was watched
  const timer = setInterval(() => void poll(), pollMs).unref(); // it does not reject
  return () => {
    isEnded = true;
    clearInterval(timer);
    clearTimeout(soon);
    unwatch();
  };
}

function watchNow(directory: string, onEvent: () => void): FSWatcher {
  return watchNodeFolder(directory, { persistent: false }, onEvent);
}

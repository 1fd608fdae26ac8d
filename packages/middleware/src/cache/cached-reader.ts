import type { CachedReader } from '@secretkit/core/provider';
import { isFresh } from './decide.js';
import type { Entry, EntryHandle } from './entries.js';
import type { CacheState } from './state.js';

/**
 * Returns a reader for a name that is read again and again: it finds the entry by a handle, without a lookup, and reads the
 * wall clock once.
 *
 * @param inner - The reader of an inner provider, for looks at a secret that is not in memory here.
 */
export function cachedReader(
  { entries, negativeEntries, clock, events }: CacheState,
  key: string,
  inner: CachedReader | undefined,
): CachedReader {
  let handle: EntryHandle | undefined;

  function find(): Entry | undefined {
    const entry = entries.peek(key);
    if (entry) handle = entry.handle ??= { entry };
    return entry;
  }

  const absent = (touch: boolean): ReturnType<CachedReader> =>
    touch || negativeEntries.has(key, clock.now().monotonicMs) ? undefined : inner?.(false);

  // Short, so that V8 inlines a hit from the client's method to the reading of the clock.
  return (touch) => {
    const entry = handle?.entry ?? find();
    if (entry === undefined) return absent(touch);
    if (!isFresh(entry, clock.wallMs())) return undefined;
    if (touch) {
      entries.touch(key);
      events.hit(entry);
    }
    return entry.asHit();
  };
}

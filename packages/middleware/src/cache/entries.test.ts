import { withFetchedAt } from '@secretkit/core/middleware';
import { refKey, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { createEntries, type EntryHandle } from './entries.js';

const freshness = { ttlMs: 1_000, jitter: 0, refreshAheadMs: 0, coalesce: true };

function setUp(maxEntries = 2) {
  const removed: (readonly [name: string, evicted: boolean])[] = [];
  const entries = createEntries({ ...freshness, maxEntries }, ({ ref }, evicted) =>
    removed.push([ref.name, evicted]),
  );
  const store = (name: string, secret = seal('value')) => {
    const ref = { name };
    entries.store(
      { key: refKey(ref), ref },
      secret,
      { startedAt: 0, random: 0 },
      { wallMs: 0, monotonicMs: 0 },
    );
    return entries.peek(refKey(ref))!;
  };
  return { entries, removed, store };
}

describe('an entry', () => {
  it('is reported when it is removed, but not when a new value of the same secret replaces it', () => {
    const { entries, removed, store } = setUp();
    store('a');
    store('a');
    expect(removed).toEqual([]);
    store('b');
    store('c'); // evicts a
    entries.delete(refKey({ name: 'b' }));
    expect(removed).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('empties its handle when it is removed', () => {
    const { store } = setUp();
    const entry = store('a');
    const handle = (entry.handle = { entry } as EntryHandle);
    store('a');
    expect(handle.entry).toBe(undefined);
  });

  it('copies its value once at most, to add the time of its fetch', () => {
    const { store } = setUp();
    const entry = store('a');
    const first = entry.secret;
    expect(entry.secret === first).toBe(true);
    const timed = withFetchedAt(seal('value'), 0);
    expect(store('b', timed).secret === timed).toBe(true);
  });
});

import { monotonicClock } from '@secretkit/core/middleware';
import { refKey, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { entries } from './entries.js';

const freshness = { ttlMs: 1_000, jitter: 0, refreshAheadMs: 0 };

function setUp(maxEntries = 2) {
  const left: (readonly [name: string, evicted: boolean])[] = [];
  const memory = entries(
    freshness,
    maxEntries,
    monotonicClock(() => 0),
    ({ ref }, evicted) => left.push([ref.name, evicted]),
  );
  const store = (name: string) => {
    const ref = { name };
    memory.store({ key: refKey(ref), ref }, seal('value'), { startedAt: 0, chance: 0 });
    return memory.look(refKey(ref))!;
  };
  return { memory, left, store };
}

describe('an entry', () => {
  it('that goes is told of, and not one that another of the same secret replaces', () => {
    const { memory, left, store } = setUp();
    store('a');
    store('a');
    expect(left).toEqual([]);
    store('b');
    store('c'); // in the place of a
    memory.delete(refKey({ name: 'b' }));
    expect(left).toEqual([
      ['a', true],
      ['b', false],
    ]);
  });

  it('has one place, which is empty once it has gone', () => {
    const { memory, store } = setUp();
    const entry = store('a');
    const place = memory.placeOf(entry);
    expect(place.entry).toBe(entry);
    expect(memory.placeOf(entry)).toBe(place);
    store('a');
    expect(place.entry).toBe(undefined);
  });
});

import { expect, it } from 'vitest';
import { BoundedMap } from './bounded-map.js';

it('a bounded map forgets the least recently used entry', () => {
  const map = new BoundedMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.get('a');
  map.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 3]);
});

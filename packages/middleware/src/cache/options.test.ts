import { layersOf } from '@secretkit/core/provider';
import { expect, it, vi } from 'vitest';
import { plainCache, warm } from '../../test/plain-cache.js';

it.each([
  [0, 60_000],
  [0.5, 45_000],
])('without `random`, the jitter is drawn from Math.random: %d', async (random, freshMs) => {
  const kit = plainCache({ jitter: 0.5 });
  vi.spyOn(Math, 'random').mockReturnValue(random);
  await warm(kit, 'a', 'value');
  kit.clock.ms += freshMs - 1;
  expect(kit.secrets.peek('a')).toBeDefined();
  kit.clock.ms += 1;
  expect(kit.secrets.peek('a')).toBeUndefined();
});

it('no function is in the options that layersOf shows', () => {
  const functions = { random: () => 0, onEvent: () => undefined, waitUntil: () => undefined };
  const [layer] = layersOf(plainCache(functions).stack);
  const kinds = new Set(Object.values(layer?.options ?? {}).map((value) => typeof value));
  expect(kinds).toEqual(new Set(['number', 'boolean']));
});

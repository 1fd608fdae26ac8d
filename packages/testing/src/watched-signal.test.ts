import { expect, it } from 'vitest';
import { watchedSignal } from './watched-signal.js';

it('a watched signal counts the listeners that are not removed', () => {
  const { signal, listeners } = watchedSignal();
  const [one, other] = [() => undefined, () => undefined];
  signal.addEventListener('abort', one);
  signal.addEventListener('abort', other);
  signal.removeEventListener('abort', one);
  expect(listeners()).toBe(1);
});

import { expect, it } from 'vitest';
import { watchedTimers } from './watched-timers.js';

it('watched timers count until they fire or are cleared, intervals until they are cleared', async () => {
  const timers = watchedTimers();
  try {
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
    const timeout = setTimeout(() => undefined, 1_000);
    const interval = setInterval(() => undefined, 1_000);
    expect(timers.running()).toBe(2);
    clearTimeout(timeout);
    clearInterval(interval);
    expect(timers.running()).toBe(0);
  } finally {
    timers.restore();
  }
});

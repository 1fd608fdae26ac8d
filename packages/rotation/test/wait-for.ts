import { vi } from 'vitest';

/** Calls `run` until it passes. A busy machine may take long. */
export function waitFor<R>(run: () => R | Promise<R>, interval = 20): Promise<R> {
  return vi.waitFor(run, { timeout: 30_000, interval });
}

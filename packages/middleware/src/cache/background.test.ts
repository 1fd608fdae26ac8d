import { describe, expect, it } from 'vitest';
import { flush, outcome } from '../../test/held-backend.js';
import { plainCache, warm } from '../../test/plain-cache.js';

async function refreshing() {
  const kit = plainCache({ staleWhileRevalidateMs: 10_000 });
  await warm(kit, 'a', 'old');
  kit.clock.ms += 60_000;
  expect(await outcome(kit.secrets.get('a'))).toBe('old');
  return { ...kit, refresh: kit.backend.call(1) };
}

describe('a refresh in the background', () => {
  it('has a signal that fires when a reader joins, and not before', async () => {
    const { clock, secrets, backend, refresh } = await refreshing();
    expect(await outcome(secrets.get('a'))).toBe('old');
    expect(refresh.ctx.background?.aborted).toBe(false);
    clock.ms += 10_000;
    const joined = outcome(secrets.get('a'));
    await flush();
    expect([refresh.ctx.background?.aborted, refresh.ctx.signal?.aborted]).toEqual([true, false]);
    await refresh.answer('new');
    expect(await joined).toBe('new');
    expect(backend.calls).toHaveLength(2);
  });

  it('goes on when the reader that joined has left', async () => {
    const { clock, stack, refresh } = await refreshing();
    clock.ms += 10_000;
    const caller = new AbortController();
    const joined = outcome(stack.get({ name: 'a' }, { signal: caller.signal }));
    caller.abort('enough');
    expect(await joined).toBe('enough');
    expect([refresh.ctx.background?.aborted, refresh.ctx.signal?.aborted]).toEqual([true, false]);
  });

  it('is the only call with that signal', async () => {
    const { backend } = await refreshing();
    expect(backend.call(0).ctx).not.toHaveProperty('background');
  });
});

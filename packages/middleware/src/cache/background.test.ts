import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { flush, outcome } from '../../test/held-backend.js';
import { outputOf } from '../../test/output-of.js';
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

describe('a read that nobody waits for', () => {
  it('starts a call in the background, which a reader of its own joins', async () => {
    const { secrets, stack, backend } = plainCache();
    const watching = new AbortController();
    const watched = outcome(stack.get({ name: 'a' }, { background: watching.signal }));
    expect(backend.call(0).ctx.background?.aborted).toBe(false);
    const again = outcome(stack.get({ name: 'a' }, { background: new AbortController().signal }));
    await flush();
    expect(backend.call(0).ctx.background?.aborted).toBe(false);
    const joined = outcome(secrets.get('a'));
    expect(backend.call(0).ctx.background?.aborted).toBe(true);
    await backend.call(0).answer('value');
    expect(await Promise.all([watched, again, joined])).toEqual(['value', 'value', 'value']);
    expect(backend.calls).toHaveLength(1);
    expect(getEventListeners(watching.signal, 'abort')).toHaveLength(0);
  });

  it('is no longer in the background when its own background fires', async () => {
    const { stack, backend } = plainCache();
    const outer = new AbortController();
    const read = outcome(stack.get({ name: 'a' }, { background: outer.signal }));
    outer.abort();
    expect(backend.call(0).ctx.background?.aborted).toBe(true);
    await backend.call(0).answer('value');
    expect(await read).toBe('value');
  });

  it('is aborted when it leaves', async () => {
    const { stack, backend } = plainCache();
    const [caller, nobody] = [new AbortController(), new AbortController()];
    const read = outcome(stack.get({ name: 'a' }, { signal: caller.signal, background: nobody.signal }));
    caller.abort('enough');
    expect(await read).toBe('enough');
    expect(backend.call(0).ctx.signal?.aborted).toBe(true);
    expect(getEventListeners(nobody.signal, 'abort')).toHaveLength(0);
  });

  it('by watch, and a refresh, hold no process, whatever a retry or a rate limit waits for', async () => {
    const output = await outputOf(`
      import { createSecrets, SecretError, seal } from '@secretkit/core';
      import { recommended } from '@secretkit/middleware/recommended';
      let calls = 0;
      const backend = {
        name: 'limited',
        async get() {
          calls += 1;
          if (calls === 1) return seal('value');
          throw new SecretError('rate_limited', 'as scripted.', { retryAfterMs: 20_000 });
        },
      };
      const stack = recommended({ cache: { ttlMs: 1, staleWhileRevalidateMs: 60_000 }, rateLimit: { callsPerSecond: 0.2 } });
      const secrets = createSecrets(stack(backend));
      secrets.onChange('a', () => undefined);
      await secrets.get('a');
      secrets.watch(['a', 'b'], { everyMs: 10 });
      await new Promise((resolve) => setTimeout(resolve, 60));
      await secrets.get('a');
      const endedAt = performance.now();
      process.on('exit', () => console.log(performance.now() - endedAt < 4_000 ? 'exits' : 'was held'));
    `);
    expect(output).toBe('exits\n');
  });
});

import { getEventListeners } from 'node:events';
import { createSecrets } from '@secretkit/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { heldBackend, outcome } from '../../test/held-backend.js';
import { cache } from './index.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const backend = heldBackend();
  const stack = cache()(backend.provider);
  return { backend, stack, secrets: createSecrets(stack) };
}

describe('a reader of a shared call', () => {
  it('leaves no listener and no timer behind, whether it is answered, aborted or late', async () => {
    const { backend, stack } = setUp();
    const { signal } = new AbortController();
    const deadline = Date.now() + 1_000;
    const reading = outcome(stack.get({ name: 'a' }, { signal, deadline }));
    expect([getEventListeners(signal, 'abort').length > 0, vi.getTimerCount()]).toEqual([true, 1]);
    await backend.call(0).answer('value');
    expect(await reading).toBe('value');
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);

    const caller = new AbortController();
    const aborted = outcome(stack.get({ name: 'b' }, { signal: caller.signal, deadline }));
    caller.abort('enough');
    expect(await aborted).toBe('enough');
    expect(vi.getTimerCount()).toBe(0);

    const late = outcome(stack.get({ name: 'c' }, { signal, deadline }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toBe('timeout');
    expect([getEventListeners(signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it('waits as long as the call takes if it has no deadline', async () => {
    const { backend, stack } = setUp();
    const { signal } = new AbortController();
    const reading = outcome(stack.get({ name: 'a' }, { signal }));
    await vi.advanceTimersByTimeAsync(3_600_000);
    await backend.call(0).answer('value');
    expect(await reading).toBe('value');
  });

  it('gets a timeout with the call and the ref at its deadline', async () => {
    const { stack } = setUp();
    const late = stack.get({ name: 'a' }, { deadline: Date.now() + 1_000 }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('deadline'),
      provider: 'cache',
      operation: 'get',
      ref: { name: 'a' },
    });
  });

  it('gets the code closed if the cache is closed while it waits', async () => {
    const { secrets } = setUp();
    const reading = secrets.get('a').catch((error: unknown) => error);
    await secrets.close();
    expect(await reading).toMatchObject({ code: 'closed', problem: expect.stringContaining('closed') });
  });
});

describe('a batch of one secret that is not in memory', () => {
  it('is a single read', async () => {
    const { backend, stack } = setUp();
    const batch = stack.getMany([{ name: 'a' }], {});
    expect(backend.call(0).operation).toBe('get');
    await backend.call(0).answer('value');
    expect((await batch).map((answer) => answer instanceof Error)).toEqual([false]);
  });
});

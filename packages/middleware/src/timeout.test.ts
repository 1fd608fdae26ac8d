import { getEventListeners } from 'node:events';
import { around, compose, createSecrets, isSecretError, type SecretProvider, seal } from '@secretkit/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from './held-backend.test-support.js';
import { timeout } from './timeout.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp(timeoutMs = 1_000) {
  const backend = heldBackend();
  const stack = timeout({ timeoutMs })(backend.provider);
  return { backend, stack, secrets: createSecrets(stack) };
}

describe('a call that takes too long', () => {
  it('is a timeout that names what, how long and whose, at the very millisecond', async () => {
    const { backend, secrets } = setUp();
    const read = secrets.get('a').catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(999);
    expect(backend.call(0).ctx.signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    const error = await read;
    expect(isSecretError(error, 'timeout') && error).toMatchObject({
      provider: 'held',
      operation: 'get',
      ref: { name: 'a' },
      retryable: true,
      message: expect.stringMatching(/^timeout: held get "a": no answer within 1000 ms\./),
    });
  });

  it('aborts its work, and is over even if the work does not listen', async () => {
    const { backend, secrets } = setUp();
    const read = outcome(secrets.get('a'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe('timeout');
    expect(isSecretError(backend.call(0).ctx.signal?.reason, 'timeout')).toBe(true);
    await backend.call(0).fail(new Error('too late')); // and nobody is left to hear it
  });

  it('is over even around a middleware that does not listen', async () => {
    const deaf = around('deaf', {}, (run, { signal: _, ...ctx }) => run(ctx));
    const backend = heldBackend();
    const read = outcome(createSecrets(timeout({ timeoutMs: 1_000 })(deaf(backend.provider))).get('a'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe('timeout');
  });

  it('of a batch names no single ref', async () => {
    const { secrets } = setUp();
    const read = secrets.getMany({ a: 'a', b: 'b' }).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toMatchObject({ code: 'timeout', operation: 'getMany', ref: { name: 'a' } });
    const { stack } = setUp();
    const batch = stack.getMany([{ name: 'a' }, { name: 'b' }], {}).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await batch).toMatchObject({ code: 'timeout' });
    expect(await batch).not.toHaveProperty('ref');
  });

  it('takes the deadline of its caller if that is earlier, and lowers it for the work', async () => {
    const { backend, stack } = setUp();
    const read = outcome(stack.get({ name: 'a' }, { deadline: Date.now() + 300 }));
    void outcome(stack.get({ name: 'b' }, { deadline: Date.now() + 9_000 }));
    expect(backend.calls.map(({ ctx }) => (ctx.deadline ?? 0) - Date.now())).toEqual([300, 1_000]);
    await vi.advanceTimersByTimeAsync(300);
    expect(await read).toBe('timeout');
  });

  it('is not made when the deadline has passed', async () => {
    const { backend, stack } = setUp();
    expect(await outcome(stack.get({ name: 'a' }, { deadline: Date.now() }))).toBe('timeout');
    expect(backend.calls).toHaveLength(0);
  });

  it.each(['getMany', 'list', 'set', 'delete'] as const)('ends whatever it does: %s', async (operation) => {
    const hang = () => new Promise<never>(() => {});
    const provider = { name: 'hanging', get: hang, getMany: hang, list: hang, set: hang, delete: hang };
    const secrets = createSecrets(timeout({ timeoutMs: 50 })(provider));
    const calls = {
      getMany: () => secrets.getMany({ a: 'a', b: 'b' }),
      list: () => secrets.list()[Symbol.asyncIterator]().next(),
      set: () => secrets.set('a', 'value'),
      delete: () => secrets.delete('a'),
    };
    const ended = calls[operation]().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(50);
    expect(isSecretError(await ended, 'timeout')).toBe(true);
  });
});

describe('a call that is in time', () => {
  it('keeps its answer or its failure', async () => {
    const { backend, secrets } = setUp();
    const answered = outcome(secrets.get('a'));
    const failed = outcome(secrets.get('b'));
    await backend.call(0).answer('value');
    await backend.call(1).fail(failure('permission_denied'));
    expect([await answered, await failed]).toEqual(['value', 'permission_denied']);
  });

  it('leaves no timer and no listener on a long-lived signal, after 10,000 calls', async () => {
    const provider: SecretProvider = { name: 'quick', get: () => Promise.resolve(seal('value')) };
    const stack = compose(timeout(), timeout())(provider);
    const { signal } = new AbortController();
    for (let i = 0; i < 10_000; i += 1) await stack.get({ name: 'a' }, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the caller's abort", () => {
  it.each([new Error('enough'), 'a string', null])(
    'ends the call with its very reason: %s',
    async (reason) => {
      const { backend, secrets } = setUp();
      const controller = new AbortController();
      const read = outcome(secrets.get('a', { signal: controller.signal }));
      controller.abort(reason);
      await flush();
      expect(await read).toBe(reason);
      expect(backend.call(0).ctx.signal?.reason).toBe(reason);
      expect(vi.getTimerCount()).toBe(0);
    },
  );
});

describe('wrong options', () => {
  it.each([
    [{ timeoutMs: 0 }, RangeError],
    [{ timeoutMs: -1 }, RangeError],
    [{ timeoutMs: 2 ** 31 }, RangeError],
    [{ timeoutMs: '1s' }, TypeError],
    [{ ms: 5 }, TypeError],
  ])('are refused when it is built: %j', (options, kind) => {
    expect(() => timeout(options as never)).toThrow(kind);
  });
});

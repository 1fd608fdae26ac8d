import { getEventListeners } from 'node:events';
import { compose, createSecrets } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import { isSecretError, type SecretProvider, seal } from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { timeout } from './index.js';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
});
afterEach(() => {
  vi.restoreAllMocks(); // first: a spy would put back the timer that it replaced
  vi.useRealTimers();
});

function setUp(timeoutMs = 1_000) {
  const backend = heldBackend();
  const stack = timeout({ timeoutMs })(backend.provider);
  return { backend, stack, secrets: createSecrets(stack) };
}

describe('a wall clock that is put forward or back', () => {
  it.each([120_000, -120_000])('changes neither the limit nor a deadline: by %d ms', async (by) => {
    const { backend, stack } = setUp();
    const deadline = performance.timeOrigin + performance.now() + 700;
    vi.setSystemTime(Date.now() + by);
    const reads = [stack.get({ name: 'a' }, {}), stack.get({ name: 'b' }, { deadline })].map(outcome);
    let ended = 0;
    for (const read of reads) void read.then(() => (ended += 1));
    await vi.advanceTimersByTimeAsync(699);
    expect([ended, backend.calls.length]).toEqual([0, 2]);
    await vi.advanceTimersByTimeAsync(1);
    expect([ended, await reads[1]]).toEqual([1, 'timeout']);
    await vi.advanceTimersByTimeAsync(300);
    expect(await reads[0]).toBe('timeout');
  });

  it('is time passed if it is given as now', async () => {
    const stack = timeout({ now: () => 2_000 })(heldBackend().provider);
    expect(await outcome(stack.get({ name: 'a' }, { deadline: 2_000 }))).toBe('timeout');
  });
});

describe('a limit in fractions of a millisecond', () => {
  it('is reported as it was given', async () => {
    vi.spyOn(performance, 'now').mockReturnValue(1_234.567_891);
    const { stack } = setUp(1_000);
    const read = stack.get({ name: 'a' }, {}).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toMatchObject({ message: expect.stringContaining(' 1000 ms') as string });
  });
});

describe('a call that nobody waits for', () => {
  it('has a timer that does not keep the process alive until a reader joins', async () => {
    const { backend, stack } = setUp();
    const background = new AbortController();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const read = outcome(stack.get({ name: 'a' }, { background: background.signal }));
    const timer = timers.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    background.abort();
    expect(timer.hasRef()).toBe(true);
    await backend.call(0).answer('value');
    expect(await read).toBe('value');
    expect([getEventListeners(background.signal, 'abort').length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('compareAndSet and listVersions', () => {
  it('are ended like any other call', async () => {
    const { backend, stack } = setUp();
    const calls = [
      stack.compareAndSet({ name: 'a' }, seal('new'), 'v1', {}),
      stack.listVersions({ name: 'a' }, {}),
    ].map((call) => call.catch((error: unknown) => error));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await Promise.all(calls)).toMatchObject([
      { code: 'timeout', operation: 'compareAndSet', ref: { name: 'a' } },
      { code: 'timeout', operation: 'listVersions', ref: { name: 'a' } },
    ]);
    expect(backend.calls.map(({ ctx }) => ctx.signal?.aborted)).toEqual([true, true]);
  });
});

describe('a call that takes too long', () => {
  it('rejects at the exact millisecond with the provider, the operation, the ref and the limit', async () => {
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
      message: expect.stringMatching(/^timeout: held get "a": .*\b1000 ms\b.*timeoutMs/) as string,
    });
  });

  it('aborts its work, and ends even if the work ignores the signal', async () => {
    const { backend, secrets } = setUp();
    const read = outcome(secrets.get('a'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe('timeout');
    expect(isSecretError(backend.call(0).ctx.signal?.reason, 'timeout')).toBe(true);
    await backend.call(0).fail(new Error('too late')); // its rejection is ignored
  });

  it('ends even around a middleware that ignores the signal', async () => {
    const ignoresSignal = around({ name: 'ignoresSignal', policy: (run, { signal: _, ...ctx }) => run(ctx) });
    const backend = heldBackend();
    const read = outcome(
      createSecrets(timeout({ timeoutMs: 1_000 })(ignoresSignal(backend.provider))).get('a'),
    );
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toBe('timeout');
  });

  it('of a batch has no ref', async () => {
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

  it('uses the deadline of its caller if that is earlier, and else lowers it for the work', async () => {
    const { backend, stack } = setUp();
    const read = outcome(stack.get({ name: 'a' }, { deadline: Date.now() + 300 }));
    void outcome(stack.get({ name: 'b' }, { deadline: Date.now() + 9_000 }));
    expect(backend.calls.map(({ ctx }) => (ctx.deadline ?? 0) - Date.now())).toEqual([300, 1_000]);
    await vi.advanceTimersByTimeAsync(300);
    expect(await read).toBe('timeout');
  });

  it('reports that it was the deadline of its caller', async () => {
    const { stack } = setUp();
    const messageOf = (call: Promise<unknown>) => call.catch((error: unknown) => (error as Error).message);
    const read = messageOf(stack.get({ name: 'a' }, { deadline: Date.now() + 999 }));
    const same = messageOf(stack.get({ name: 'a' }, { deadline: Date.now() + 1_000 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await read).toMatch(/^timeout: held get "a": .*caller's deadline, 999 ms/);
    expect(await same).toMatch(/ 1000 ms\b.*timeoutMs/);
    expect(await same).not.toContain("caller's");
  });

  it('is not made when the deadline has passed', async () => {
    const { backend, stack } = setUp();
    const read = stack.get({ name: 'a' }, { deadline: Date.now() }).catch((error: unknown) => error);
    expect(await read).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/^timeout: held get "a": the caller's deadline passed/) as string,
    });
    expect(backend.calls).toHaveLength(0);
  });

  it.each(['getMany', 'list', 'set', 'delete'] as const)(
    'ends, whatever its operation: %s',
    async (operation) => {
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
    },
  );
});

describe('a call that is in time', () => {
  it('passes on its answer or its failure', async () => {
    const { backend, secrets } = setUp();
    const answered = outcome(secrets.get('a'));
    const failed = outcome(secrets.get('b'));
    await backend.call(0).answer('value');
    await backend.call(1).fail(failure('permission_denied'));
    expect([await answered, await failed]).toEqual(['value', 'permission_denied']);
  });

  it('leaves no timer and no listener on a long-lived signal, at any time in 10,000 calls', async () => {
    const provider: SecretProvider = { name: 'quick', get: () => Promise.resolve(seal('value')) };
    const stack = compose(timeout(), timeout())(provider);
    const { signal } = new AbortController();
    const left = new Set<number>();
    for (let i = 0; i < 10_000; i += 1) {
      await stack.get({ name: 'a' }, { signal });
      if (i % 100 === 0) left.add(getEventListeners(signal, 'abort').length + vi.getTimerCount());
    }
    expect(left).toEqual(new Set([0]));
  });

  it('costs one timer, and one listener on the signal', async () => {
    const { backend, stack } = setUp();
    const { signal } = new AbortController();
    const timers = vi.spyOn(globalThis, 'setTimeout');
    const listeners = vi.spyOn(signal, 'addEventListener');
    const read = outcome(stack.get({ name: 'a' }, { signal }));
    await backend.call(0).answer('value');
    expect(await read).toBe('value');
    expect([timers.mock.calls.length, listeners.mock.calls.length]).toEqual([1, 1]);
  });
});

describe("the caller's abort", () => {
  it.each([new Error('enough'), 'a string', null])(
    'ends the call with the same reason: %s',
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

describe('a signal that has fired already', () => {
  it('makes no call', async () => {
    const { backend, stack } = setUp();
    expect(await outcome(stack.get({ name: 'a' }, { signal: AbortSignal.abort('enough') }))).toBe('enough');
    expect([backend.calls.length, vi.getTimerCount()]).toEqual([0, 0]);
  });
});

describe('around another timeout', () => {
  it('with a longer limit is refused when the stack is built: the inner one would never be reached', () => {
    const { provider } = heldBackend();
    const stack = (inner: number) => compose(timeout({ timeoutMs: 1_000 }), timeout({ timeoutMs: inner }));
    expect(() => stack(1_001)(provider)).toThrow(RangeError);
    expect(() => stack(1_001)(provider)).toThrow(
      /^timeout: timeoutMs must be .* 1001, got 1000\..* inner timeout/,
    );
    expect(() => stack(1_000)(provider)).not.toThrow();
  });
});

describe('invalid options', () => {
  it.each([
    [{ timeoutMs: 0 }, RangeError],
    [{ timeoutMs: -1 }, RangeError],
    [{ timeoutMs: 2 ** 31 }, RangeError],
    [{ timeoutMs: '1s' }, TypeError],
    [{ ms: 5 }, TypeError],
  ])('are refused at construction: %j', (options, kind) => {
    expect(() => timeout(options as never)).toThrow(kind);
  });
});

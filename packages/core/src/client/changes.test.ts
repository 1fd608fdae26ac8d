import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CacheInvalidation, CallContext, SecretChange, SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stack that reports a change when the test says so. */
function setUp(random = () => 0.5) {
  const listeners = new Set<(change: SecretChange | CacheInvalidation) => void>();
  const reads: string[] = [];
  const provider: SecretProvider = {
    name: 'stack',
    async get({ name }) {
      reads.push(name);
      return seal('value');
    },
    canonical: ({ name, scope }) => ({ name: name.toUpperCase(), ...(scope && { scope }) }),
    memory: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
  const change = (ref: SecretRef, value: string): void => {
    for (const listener of listeners) listener({ ref, secret: seal(value) });
  };
  return { secrets: createSecrets(provider, { random }), listeners, reads, change };
}

describe('onChange', () => {
  it('reports changes of one secret, under any of its names', () => {
    const { secrets, change } = setUp();
    const seen: string[] = [];
    for (const name of ['token', 'Token']) secrets.onChange(name, (secret) => seen.push(secret.reveal()));
    change({ name: 'TOKEN' }, 'one');
    change({ name: 'OTHER' }, 'three');
    change({ name: 'TOKEN', scope: { user: 'usr_1' } }, 'four');
    expect(seen).toEqual(['one', 'one']);
  });

  it('compares the canonical refs of both, which need not be canonical for themselves', () => {
    const listeners: ((change: SecretChange) => void)[] = [];
    const secrets = createSecrets({
      name: 'stack',
      get: async () => undefined,
      canonical: ({ name }) => ({ name: `app/${name}` }),
      memory: {
        subscribe(listener) {
          listeners.push(listener);
          return () => undefined;
        },
      },
    });
    const seen: string[] = [];
    secrets.onChange('token', (secret) => seen.push(`token: ${secret.reveal()}`));
    secrets.onChange('app/token', (secret) => seen.push(`app/token: ${secret.reveal()}`));
    for (const listener of listeners) listener({ ref: { name: 'token' }, secret: seal('one') });
    expect(seen).toEqual(['token: one']);
  });

  it('reports changes within the scope of its client', () => {
    const { secrets, change } = setUp();
    const seen: string[] = [];
    secrets.scoped({ user: 'usr_1' }).onChange('token', (secret) => seen.push(secret.reveal()));
    change({ name: 'TOKEN' }, 'of nobody');
    change({ name: 'TOKEN', scope: { user: 'usr_1' } }, 'hers');
    expect(seen).toEqual(['hers']);
  });

  it('ignores the report that something changed, which only a cache consumes', () => {
    const { secrets, listeners } = setUp();
    const listener = vi.fn();
    secrets.onChange('token', listener);
    for (const report of listeners) report({ invalidate: { name: 'TOKEN' } });
    expect(listener).not.toHaveBeenCalled();
  });

  it('reports each change, also one to an equal value', () => {
    const { secrets, change } = setUp();
    const seen: string[] = [];
    secrets.onChange('token', (secret) => seen.push(secret.reveal()));
    change({ name: 'TOKEN' }, 'one');
    change({ name: 'TOKEN' }, 'one');
    expect(seen).toEqual(['one', 'one']);
  });

  it('ends with its Disposable', () => {
    const { secrets, listeners } = setUp();
    const subscription = secrets.onChange('token', () => undefined);
    expect(listeners.size).toBe(1);
    subscription[Symbol.dispose]();
    expect(listeners.size).toBe(0);
  });

  it('ignores a listener that throws or rejects', async () => {
    const { secrets, change } = setUp();
    const seen: string[] = [];
    secrets.onChange('token', () => {
      throw new Error('of a listener');
    });
    secrets.onChange('token', () => Promise.reject(new Error('of a listener')) as unknown as undefined);
    secrets.onChange('token', (secret) => seen.push(secret.reveal()));
    change({ name: 'TOKEN' }, 'one');
    await Promise.resolve();
    expect(seen).toEqual(['one']);
  });

  it('needs a cache', () => {
    const secrets = createSecrets({ name: 'plain', get: async () => undefined });
    expect(() => secrets.onChange('token', () => undefined)).toThrow(
      /^unsupported: plain: onChange needs a cache/,
    );
    expect(() => secrets.watch(['token'], { everyMs: 1 })).toThrow(
      /^unsupported: plain: watch needs a cache/,
    );
  });

  it('is refused by watch where a timer ends with its request', () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const { secrets } = setUp();
    expect(() => secrets.watch(['token'], { everyMs: 1_000 })).toThrow(/^unsupported: .*watch/);
    vi.unstubAllGlobals();
  });

  it('needs a name and a listener', () => {
    const { secrets } = setUp();
    expect(() => secrets.onChange('', () => undefined)).toThrow(/^invalid_argument/);
    expect(() => secrets.onChange('token', undefined as never)).toThrow(
      /^invalid_argument: listener must be a function, got undefined/,
    );
  });
});

describe('watch', () => {
  it('accepts no copy that is older than half of everyMs', async () => {
    const contexts: CallContext[] = [];
    const secrets = createSecrets({
      name: 'stack',
      async get(_ref, ctx) {
        contexts.push(ctx);
        return seal('value');
      },
      memory: { subscribe: () => () => undefined },
    });
    secrets.watch(['token'], { everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(1_000);
    const aSignal = expect.any(AbortSignal) as unknown;
    expect(contexts).toEqual([{ signal: aSignal, background: aSignal, maxAgeMs: 500 }]);
    await secrets.close();
  });

  it.each([Number.NaN, -1e9, 1e9])('does not read more often for a random number of %d', async (drawn) => {
    const { secrets, reads } = setUp(() => drawn);
    secrets.watch(['a'], { everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(899);
    expect(reads).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(101);
    expect(reads).toHaveLength(1);
  });

  it('reads periodically, at up to a tenth less than everyMs', async () => {
    const { secrets, reads } = setUp();
    secrets.watch(['a', { name: 'b', scope: { user: 'usr_1' } }], { everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(949);
    expect(reads).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(reads).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(950);
    expect(reads).toHaveLength(4);
  });

  it('continues after a failure', async () => {
    let reads = 0;
    const secrets = createSecrets({
      name: 'failing',
      get: () => {
        reads += 1;
        return Promise.reject(new Error('of the store'));
      },
      memory: { subscribe: () => () => undefined },
    });
    secrets.watch(['a'], { everyMs: 10 });
    await vi.advanceTimersByTimeAsync(35);
    expect(reads).toBeGreaterThanOrEqual(3);
    await secrets.close();
  });

  it.each(['disposable', 'signal', 'close'] as const)(
    'ends by its %s, and leaves no timer and no listener',
    async (by) => {
      const { secrets, reads } = setUp();
      const caller = new AbortController();
      const watching = secrets.watch(['a'], { everyMs: 1_000, signal: caller.signal });
      await vi.advanceTimersByTimeAsync(950);
      if (by === 'disposable') watching[Symbol.dispose]();
      else if (by === 'signal') caller.abort();
      else await secrets.close();
      await vi.advanceTimersByTimeAsync(10_000);
      expect([reads.length, vi.getTimerCount(), getEventListeners(caller.signal, 'abort').length]).toEqual([
        1, 0, 0,
      ]);
    },
  );

  it('that ends during a read does not start another', async () => {
    const { secrets } = setUp();
    const watching = secrets.watch(['a'], { everyMs: 1_000 });
    vi.advanceTimersByTime(950);
    watching[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['disposable', 'signal', 'close'] as const)(
    'that ends during a read aborts it, and starts no other: by its %s',
    async (by) => {
      const seen: AbortSignal[] = [];
      const secrets = createSecrets({
        name: 'hanging',
        get(_ref, { signal }) {
          if (signal) seen.push(signal);
          return new Promise(() => undefined);
        },
        memory: { subscribe: () => () => undefined },
      });
      const caller = new AbortController();
      const watching = secrets.watch(['a'], { everyMs: 1_000, signal: caller.signal });
      await vi.advanceTimersByTimeAsync(1_000);
      expect(seen.map(({ aborted }) => aborted)).toEqual([false]);
      if (by === 'disposable') watching[Symbol.dispose]();
      else if (by === 'signal') caller.abort();
      else await secrets.close();
      expect(seen.map(({ aborted }) => aborted)).toEqual([true]);
      await vi.advanceTimersByTimeAsync(10_000);
      expect([seen.length, vi.getTimerCount()]).toEqual([1, 0]);
    },
  );

  it('does not start on a closed client', async () => {
    const { secrets } = setUp();
    await secrets.close();
    expect(() => secrets.watch(['a'], { everyMs: 1_000 })).toThrow(/^closed/);
    expect(() => secrets.onChange('a', () => undefined)).toThrow(/^closed/);
    const plain = createSecrets({
      name: 'plain',
      get: async () => undefined,
      memory: { subscribe: () => () => undefined },
    });
    await plain.close();
    expect(() => plain.watch(['a'], { everyMs: 1_000 })).toThrow(/^closed/);
    expect(() => plain.scoped({ user: 'usr_1' }).onChange('a', () => undefined)).toThrow(/^closed/);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('with a signal that has fired does not start', () => {
    const { secrets } = setUp();
    secrets.watch(['a'], { everyMs: 1_000, signal: AbortSignal.abort() });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not keep the process alive', () => {
    vi.useRealTimers();
    const unref = vi.spyOn(
      Object.getPrototypeOf(setTimeout(() => undefined, 0)) as { unref(): void },
      'unref',
    );
    const watching = setUp().secrets.watch(['a'], { everyMs: 1_000 });
    expect(unref).toHaveBeenCalledTimes(1);
    watching[Symbol.dispose]();
  });

  it.each([
    [[], { everyMs: 1_000 }, /refs must be a list of names or refs/],
    ['a', { everyMs: 1_000 }, /refs must be a list of names or refs/],
    [[''], { everyMs: 1_000 }, /name must not be empty/],
    [['a'], { everyMs: 0 }, /everyMs must be a number of milliseconds between 1 and 2147483647, got 0/],
    [['a'], { everyMs: 2 ** 31 }, /everyMs must be a number/],
    [['a'], { everyMs: '1000' }, /everyMs must be a number/],
    [['a'], {}, /everyMs must be a number/],
    [['a'], undefined, /everyMs must be a number/],
    [['a'], { everyMs: 1, every: 1 }, /unknown option "every"/],
  ])('refuses %j %j', (refs, options, message) => {
    const { secrets } = setUp();
    expect(() => secrets.watch(refs as never, options as never)).toThrow(message);
    expect(vi.getTimerCount()).toBe(0);
  });
});

import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SecretChange } from '../contract/memory.js';
import type { SecretProvider } from '../contract/provider.js';
import type { SecretRef } from '../contract/ref.js';
import { seal } from '../contract/secret.js';
import { createSecrets } from './create-secrets.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stack that can tell of changes, and does when it is told to. */
function setUp(random = () => 0.5) {
  const listeners = new Set<(change: SecretChange) => void>();
  const reads: string[] = [];
  const provider: SecretProvider = {
    name: 'stack',
    async get({ name }) {
      reads.push(name);
      return seal('value');
    },
    canonical: ({ name, scope }) => ({ name: name.toUpperCase(), ...(scope && { scope }) }),
    subscribe(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => listeners.delete(listener) };
    },
  };
  const change = (ref: SecretRef, value: string): void => {
    for (const listener of listeners) listener({ ref, secret: seal(value) });
  };
  return { secrets: createSecrets(provider, { random }), listeners, reads, change };
}

describe('onChange', () => {
  it('tells of the one secret that was asked for, under any of its names', () => {
    const { secrets, change } = setUp();
    const seen: string[] = [];
    for (const name of ['token', 'Token']) secrets.onChange(name, (secret) => seen.push(secret.reveal()));
    change({ name: 'TOKEN' }, 'one');
    change({ name: 'OTHER' }, 'three');
    change({ name: 'TOKEN', scope: { user: 'usr_1' } }, 'four');
    expect(seen).toEqual(['one', 'one']);
  });

  it('takes a change for that of the ref that was asked for: what it is canonically need not name itself', () => {
    const listeners: ((change: SecretChange) => void)[] = [];
    const secrets = createSecrets({
      name: 'stack',
      get: async () => undefined,
      canonical: ({ name }) => ({ name: `app/${name}` }),
      subscribe(listener) {
        listeners.push(listener);
        return { [Symbol.dispose]: () => undefined };
      },
    });
    const seen: string[] = [];
    secrets.onChange('token', (secret) => seen.push(`token: ${secret.reveal()}`));
    secrets.onChange('app/token', (secret) => seen.push(`app/token: ${secret.reveal()}`));
    for (const listener of listeners) listener({ ref: { name: 'token' }, secret: seal('one') });
    expect(seen).toEqual(['token: one']);
  });

  it('acts within a scope', () => {
    const { secrets, change } = setUp();
    const seen: string[] = [];
    secrets.scoped({ user: 'usr_1' }).onChange('token', (secret) => seen.push(secret.reveal()));
    change({ name: 'TOKEN' }, 'of nobody');
    change({ name: 'TOKEN', scope: { user: 'usr_1' } }, 'hers');
    expect(seen).toEqual(['hers']);
  });

  it('ends with its disposable', () => {
    const { secrets, listeners } = setUp();
    const subscription = secrets.onChange('token', () => undefined);
    expect(listeners.size).toBe(1);
    subscription[Symbol.dispose]();
    expect(listeners.size).toBe(0);
  });

  it('is harmed by no listener that throws or rejects', async () => {
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
    const message =
      'unsupported: plain: onChange needs a cache in the stack: only a cache sees that a value has changed.';
    expect(() => secrets.onChange('token', () => undefined)).toThrow(message);
    expect(() => secrets.watch(['token'], { everyMs: 1 })).toThrow(
      /^unsupported: plain: watch needs a cache/,
    );
  });

  it('needs a name and a listener', () => {
    const { secrets } = setUp();
    expect(() => secrets.onChange('', () => undefined)).toThrow(/^invalid_argument/);
    expect(() => secrets.onChange('token', undefined as never)).toThrow(
      'invalid_argument: listener is a function.',
    );
  });
});

describe('watch', () => {
  it.each([Number.NaN, -1e9, 1e9])('asks no more often for a chance of %d', async (drawn) => {
    const { secrets, reads } = setUp(() => drawn);
    secrets.watch(['a'], { everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(899);
    expect(reads).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(101);
    expect(reads).toHaveLength(1);
  });

  it('reads again and again, a little less than everyMs apart', async () => {
    const { secrets, reads } = setUp();
    secrets.watch(['a', { name: 'b', scope: { user: 'usr_1' } }], { everyMs: 1_000 });
    await vi.advanceTimersByTimeAsync(949);
    expect(reads).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(reads).toEqual(['a', 'b']);
    await vi.advanceTimersByTimeAsync(950);
    expect(reads).toHaveLength(4);
  });

  it('goes on after a failure', async () => {
    let reads = 0;
    const secrets = createSecrets({
      name: 'failing',
      get: () => {
        reads += 1;
        return Promise.reject(new Error('of the store'));
      },
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    });
    secrets.watch(['a'], { everyMs: 10 });
    await vi.advanceTimersByTimeAsync(35);
    expect(reads).toBeGreaterThanOrEqual(3);
    await secrets.close();
  });

  it.each(['disposable', 'signal', 'close'] as const)(
    'ends by its %s, and leaves nothing behind',
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

  it('that is ended while it reads does not begin again', async () => {
    const { secrets } = setUp();
    const watching = secrets.watch(['a'], { everyMs: 1_000 });
    vi.advanceTimersByTime(950);
    watching[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each(['disposable', 'signal', 'close'] as const)(
    'that is ended while it reads leaves the call, and begins none again: by its %s',
    async (by) => {
      const seen: AbortSignal[] = [];
      const secrets = createSecrets({
        name: 'hanging',
        get(_ref, { signal }) {
          if (signal) seen.push(signal);
          return new Promise(() => undefined);
        },
        subscribe: () => ({ [Symbol.dispose]: () => undefined }),
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

  it('does not begin on a client that has been closed', async () => {
    const { secrets } = setUp();
    await secrets.close();
    expect(() => secrets.watch(['a'], { everyMs: 1_000 })).toThrow(/^closed/);
    expect(() => secrets.onChange('a', () => undefined)).toThrow(/^closed/);
    const plain = createSecrets({
      name: 'plain',
      get: async () => undefined,
      subscribe: () => ({ [Symbol.dispose]: () => undefined }),
    });
    await plain.close();
    expect(() => plain.watch(['a'], { everyMs: 1_000 })).toThrow(/^closed/);
    expect(() => plain.scoped({ user: 'usr_1' }).onChange('a', () => undefined)).toThrow(/^closed/);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('with a signal that has fired does not begin', () => {
    const { secrets } = setUp();
    secrets.watch(['a'], { everyMs: 1_000, signal: AbortSignal.abort() });
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps no process alive', () => {
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
    [[], { everyMs: 1_000 }, /watch takes a list of names/],
    ['a', { everyMs: 1_000 }, /watch takes a list of names/],
    [[''], { everyMs: 1_000 }, /the name of a secret is empty/],
    [['a'], { everyMs: 0 }, /everyMs is a number of milliseconds, from 1 to 2147483647/],
    [['a'], { everyMs: 2 ** 31 }, /everyMs is a number/],
    [['a'], { everyMs: '1000' }, /everyMs is a number/],
    [['a'], {}, /everyMs is a number/],
    [['a'], undefined, /everyMs is a number/],
    [['a'], { everyMs: 1, every: 1 }, /no option "every"/],
  ])('refuses %j %j', (refs, options, message) => {
    const { secrets } = setUp();
    expect(() => secrets.watch(refs as never, options as never)).toThrow(message);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('createSecrets', () => {
  it.each([
    [{ authCooldownMs: -1 }, /authCooldownMs is a number from 0 to 2147483647; it was -1/],
    [{ now: 5 }, /now is a function/],
    [{ random: 5 }, /random is a function/],
    [{ cooldown: 5 }, /createSecrets has no option "cooldown". It has authCooldownMs, now, random./],
  ])('refuses %j', (options, message) => {
    expect(() => createSecrets({ name: 'x', get: async () => undefined }, options as never)).toThrow(message);
  });
});

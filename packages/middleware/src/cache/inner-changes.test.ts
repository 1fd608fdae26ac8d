import { createSecrets } from '@secretkit/core';
import { layersOf, type Secret, type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it, vi } from 'vitest';
import { failure, heldBackend, outcome } from '../../test/held-backend.js';
import { type CacheOptions, cache } from './index.js';

const start = 1_700_000_000_000;
const a = { name: 'a' };

function setUp(options: CacheOptions = {}) {
  const clock = { ms: start };
  const backend = heldBackend();
  const listeners = new Set<(change: never) => void>();
  const invalidations: unknown[] = [];
  const provider: SecretProvider = {
    ...backend.provider,
    memory: {
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      invalidate: (target) => invalidations.push(target),
    },
  };
  const plain = { ttlMs: 60_000, jitter: 0, refreshAheadMs: 0, now: () => clock.ms };
  const layer = cache({ ...plain, ...options });
  const stack = layer(provider);
  const secrets = createSecrets(stack);
  const seen: string[] = [];
  /** The wrapped provider reports this. */
  const report = (change: unknown): void => {
    for (const listener of [...listeners]) listener(change as never); // an adapter may report anything
  };
  async function read(answer?: string | Secret): Promise<unknown> {
    const before = backend.calls.length;
    const reading = outcome(stack.get(a, {}));
    if (backend.calls.length > before) await backend.call(before).answer(answer);
    return reading;
  }
  const listen = () => secrets.onChange('a', (secret) => seen.push(secret.reveal()));
  return { clock, backend, stack, secrets, layer, listeners, invalidations, seen, report, read, listen };
}

describe('a change that the wrapped provider reports', () => {
  it('replaces the value in memory, as of now, and reaches the listeners once', async () => {
    const { clock, backend, read, report, seen, listen } = setUp();
    listen();
    await read('old');
    clock.ms += 50_000;
    report({ ref: a, secret: seal('new') });
    expect(seen).toEqual(['new']);
    clock.ms += 59_999;
    expect(await read()).toBe('new');
    expect(backend.calls).toHaveLength(1);
    clock.ms += 1;
    expect(await read('new')).toBe('new');
    expect(seen).toEqual(['new']);
  });

  it('that a read has found already is not reported again', async () => {
    const { read, report, seen, listen, secrets, backend } = setUp();
    listen();
    await read('old');
    const fresh = secrets.get('a', { fresh: true });
    await backend.call(1).answer('new');
    await fresh;
    report({ ref: a, secret: seal('new') });
    expect(seen).toEqual(['new']);
  });

  it('of a name that is not in memory is reported, not stored, and not reported again by the next read', async () => {
    const { read, report, seen, listen, backend } = setUp();
    listen();
    report({ ref: a, secret: seal('new') });
    expect(seen).toEqual(['new']);
    expect(await read('new')).toBe('new');
    expect(backend.calls).toHaveLength(1);
    expect(seen).toEqual(['new']);
  });

  it.each<[string, Secret | undefined, Secret]>([
    ['has expired', undefined, seal('new', { expiresAt: new Date(start) })],
    [
      'is older',
      seal('held', { createdAt: new Date(start + 1) }),
      seal('new', { createdAt: new Date(start) }),
    ],
  ])('with a value that %s evicts the value in memory', async (_, held, secret) => {
    const { read, report, seen, listen, backend } = setUp();
    listen();
    await read(held ?? 'held');
    report({ ref: a, secret });
    expect(seen).toEqual([]);
    expect(await read('newest')).toBe('newest');
    expect([backend.calls.length, seen]).toEqual([2, ['newest']]);
  });

  it.each<[string, number | undefined, number | undefined]>([
    ['newer', start, start + 1],
    ['as old as the one in memory', start, start],
    ['dated, and the one in memory is not', undefined, start],
    ['not dated, and the one in memory is', start, undefined],
  ])('replaces the value in memory if it is %s', async (_, heldMs, newMs) => {
    const created = (ms: number | undefined) => ({ createdAt: ms === undefined ? ms : new Date(ms) });
    const { read, report, seen, listen, backend } = setUp();
    listen();
    await read(seal('held', created(heldMs)));
    report({ ref: a, secret: seal('new', created(newMs)) });
    expect([seen, await read(), backend.calls.length]).toEqual([['new'], 'new', 1]);
  });

  it('is not stored if the reader of the request in flight has left', async () => {
    const { stack, backend, report, read } = setUp();
    const caller = new AbortController();
    const left = outcome(stack.get(a, { signal: caller.signal }));
    caller.abort('enough');
    report({ ref: a, secret: seal('new') });
    expect(await left).toBe('enough');
    expect([await read('newest'), backend.calls.length]).toEqual(['newest', 2]);
  });

  it('is not overwritten by a request that was in flight, whose readers get its answer', async () => {
    const { stack, backend, report, read } = setUp();
    const before = outcome(stack.get(a, {}));
    report({ ref: a, secret: seal('new') });
    expect(await read()).toBe('new');
    await backend.call(0).answer('old');
    expect([await before, await read(), backend.calls.length]).toEqual(['old', 'new', 1]);
  });

  it('ends the memory of a missing or denied secret', async () => {
    const { stack, backend, report, read } = setUp();
    expect(await read(undefined)).toBeUndefined();
    report({ ref: a, secret: seal('new') });
    expect(await read('new')).toBe('new');
    const other = outcome(stack.get({ name: 'b' }, {}));
    await backend.call(2).fail(failure('permission_denied'));
    expect(await other).toBe('permission_denied');
    report({ invalidate: { name: 'b' } });
    void stack.get({ name: 'b' }, {});
    expect(backend.calls).toHaveLength(4);
  });

  it('ends a cooldown', async () => {
    const { clock, stack, backend, report, read } = setUp({ failureCooldownMs: 600_000 });
    await read('old');
    clock.ms += 60_000;
    const stale = outcome(stack.get(a, {}));
    await backend.call(1).fail(failure('unavailable'));
    expect(await stale).toBe('old');
    report({ ref: a, secret: seal('new') });
    clock.ms += 60_000;
    expect(await read('newest')).toBe('newest');
  });
});

describe('the form { invalidate }', () => {
  it.each([{ invalidate: a }, { invalidate: { scope: {} } }, { invalidate: undefined }])(
    'invalidates: %j',
    async (change) => {
      const { stack, backend, report, read, seen, listen, invalidations } = setUp();
      listen();
      await read('old');
      const fresh = outcome(stack.get(a, { fresh: true }));
      report(change);
      await backend.call(1).answer('in flight');
      expect(await fresh).toBe('in flight');
      expect(await read('new')).toBe('new');
      expect(seen).toEqual(['new']);
      expect(invalidations).toEqual([]); // the wrapped provider knows
    },
  );
});

describe('a cache around a cache', () => {
  it('follows a change, and its listeners are called once', async () => {
    const { layer, stack, report, backend } = setUp();
    const outer = createSecrets(layer(stack));
    const seen: string[] = [];
    outer.onChange('a', (secret) => seen.push(secret.reveal()));
    const reading = outcome(outer.get('a'));
    await backend.call(0).answer('old');
    await reading;
    report({ ref: a, secret: seal('new') });
    expect(await outcome(outer.get('a'))).toBe('new');
    report({ invalidate: a });
    const again = outcome(outer.get('a'));
    await backend.call(1).answer('newest');
    expect([await again, seen]).toEqual(['newest', ['new', 'newest']]);
  });

  it('stores a value that the inner one has just found', async () => {
    const { clock, layer, stack, backend } = setUp();
    const outerStack = layer(stack);
    const outer = createSecrets(outerStack);
    const seen: string[] = [];
    outer.onChange('a', (secret) => seen.push(secret.reveal()));
    for (const value of ['old', 'new']) {
      const reading = outcome(outer.get('a'));
      clock.ms += 10_000; // a slow backend
      await backend.call(backend.calls.length - 1).answer(value);
      expect(await reading).toBe(value);
      expect(outer.peek('a')?.reveal()).toBe(value);
      clock.ms += 50_000;
      expect(outer.peek('a')).toBeUndefined(); // as old as the start of its call
    }
    expect(seen).toEqual(['new']);
    expect(layersOf(outerStack)[0]?.snapshot?.()).toMatchObject({ misses: 1, refreshes: 1, size: 1 });
  });
});

describe('the subscription', () => {
  it('ends with the cache', async () => {
    const { secrets, listeners } = setUp();
    expect(listeners.size).toBe(1);
    await secrets.close();
    expect(listeners.size).toBe(0);
  });

  it.each<[string, SecretProvider['memory']]>([
    [
      'throws',
      {
        subscribe: () => {
          throw new Error('as scripted');
        },
      },
    ],
    ['returns nonsense', { subscribe: () => 5 as never }],
    ['is not there', {}],
  ])('harms nothing if it %s', async (_, memory) => {
    const secrets = createSecrets(
      cache()({ name: 'x', get: () => Promise.resolve(seal('value')), memory: memory ?? {} }),
    );
    expect(await outcome(secrets.get('a'))).toBe('value');
    await secrets.close();
  });

  it.each([
    undefined,
    null,
    5,
    {},
    { ref: a },
    { ref: a, secret: 'value' },
    { ref: undefined, secret: seal('x') },
  ])('ignores nonsense: %j', async (change) => {
    const { read, report, seen, listen } = setUp();
    listen();
    await read('value');
    expect(() => report(change)).not.toThrow();
    expect(await read('other')).toBe('value');
    expect(seen).toEqual([]);
  });

  it('of a listener that throws harms neither the provider nor another listener', async () => {
    const { stack, report, read, seen, listen } = setUp();
    const throwing = vi.fn(() => {
      throw new Error('as scripted');
    });
    stack.memory?.subscribe?.(throwing);
    listen();
    await read('old');
    report({ ref: a, secret: seal('new') });
    expect([seen, throwing.mock.calls.length]).toEqual([['new'], 1]);
  });
});

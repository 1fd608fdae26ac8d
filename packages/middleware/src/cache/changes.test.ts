import { createSecrets } from '@secretkit/core';
import { type SecretProvider, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, it } from 'vitest';
import { failure, heldBackend, outcome } from '../../test/held-backend.js';
import type { MemoryChange } from './changes.js';
import { cache } from './index.js';

const start = 1_700_000_000_000;

function setUp(maxEntries = 10) {
  const clock = { ms: start };
  const backend = heldBackend();
  const stack = cache({
    ttlMs: 1_000,
    jitter: 0,
    staleIfErrorMs: 600_000,
    failureCooldownMs: 0,
    maxEntries,
    now: () => clock.ms,
  })(backend.provider);
  const secrets = createSecrets(stack);
  const seen: string[] = [];
  /** A fresh read, which the backend answers so. */
  async function fetched(answer: string | Error | undefined, name = 'a'): Promise<void> {
    const reading = outcome(secrets.get(name, { fresh: true }));
    const call = backend.call(backend.calls.length - 1);
    if (answer instanceof Error) await call.fail(answer);
    else await call.answer(answer);
    await reading;
  }
  return { clock, backend, stack, secrets, seen, fetched };
}

describe('a listener is called once for each value that replaces another', () => {
  it('whichever read fetched it, but not for the first value', async () => {
    const { secrets, seen, fetched, clock, backend } = setUp();
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await fetched('one');
    await fetched('one');
    await fetched('two');
    clock.ms += 1_000;
    const batch = secrets.getMany({ a: 'a', b: 'b' });
    await backend.call(3).answer('three', 'of b');
    await batch;
    await fetched('three');
    expect(seen).toEqual(['two', 'three']);
  });

  it('after a failed refresh (D8)', async () => {
    const { secrets, seen, fetched } = setUp();
    await fetched('one');
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await fetched(failure('unavailable'));
    await fetched('two');
    await fetched('two');
    expect(seen).toEqual(['two']);
  });

  it('if the previous value was invalidated, denied, missing or evicted', async () => {
    const { secrets, seen, fetched } = setUp(1);
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await fetched('one');
    secrets.invalidate('a');
    await fetched('two');
    await fetched(failure('permission_denied'));
    await fetched('three');
    await fetched(undefined);
    await fetched('three');
    await fetched('of b', 'b');
    await fetched('four');
    expect(seen).toEqual(['two', 'three', 'four']);
  });

  it('if the new value comes stale from an inner cache, and only once', async () => {
    const clock = { ms: start };
    const backend = heldBackend();
    const bounds = { ttlMs: 1_000, jitter: 0, staleIfErrorMs: 600_000, failureCooldownMs: 0 };
    const layer = cache({ ...bounds, now: () => clock.ms });
    const inner = layer(backend.provider);
    const secrets = createSecrets(layer(inner));
    const seen: string[] = [];
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    async function fetchedBy(read: () => Promise<unknown>, answer: string | Error): Promise<void> {
      const reading = read();
      const call = backend.call(backend.calls.length - 1);
      if (answer instanceof Error) await call.fail(answer);
      else await call.answer(answer);
      await reading;
    }
    await fetchedBy(() => secrets.get('a'), 'one');
    clock.ms += 1_000;
    await fetchedBy(() => inner.get({ name: 'a' }, {}), 'two');
    clock.ms += 1_000;
    await fetchedBy(() => secrets.get('a'), failure('unavailable'));
    clock.ms += 1_000;
    await fetchedBy(() => secrets.get('a'), 'two');
    expect(seen).toEqual(['two']);
  });

  it('if the previous value was invalidated before there was another', async () => {
    const { secrets, seen, fetched } = setUp();
    await fetched('one');
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    secrets.invalidate('a');
    await fetched('two');
    expect(seen).toEqual(['two']);
  });

  it('by the ref of the read, if the backend treats several names as one', async () => {
    let value = 'one';
    const folding: SecretProvider = {
      name: 'folding',
      get: async () => seal(value),
      canonical: ({ name }) => ({ name: `APP_${name.toUpperCase()}` }), // does not map its own result to itself
    };
    const secrets = createSecrets(cache()(folding));
    const seen: string[] = [];
    secrets.onChange('token', (secret) => seen.push(secret.reveal()));
    secrets.onChange('other', (secret) => seen.push(`other: ${secret.reveal()}`));
    await secrets.get('token');
    value = 'two';
    await secrets.get('Token', { fresh: true });
    expect(seen).toEqual(['two']);
  });

  it('until it or the cache is disposed', async () => {
    const { secrets, seen, fetched, stack } = setUp();
    const subscription = secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await fetched('one');
    subscription[Symbol.dispose]();
    await fetched('two');
    expect(seen).toEqual([]);
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await stack[Symbol.asyncDispose]?.();
    expect(seen).toEqual([]);
  });

  it('after another listener has ended', async () => {
    const { secrets, seen, fetched } = setUp();
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    const other = secrets.onChange('a', () => undefined);
    await fetched('one');
    secrets.invalidate('a');
    other[Symbol.dispose]();
    await fetched('two');
    expect(seen).toEqual(['two']);
  });

  it('unless an earlier listener ends it during the notification', async () => {
    const { secrets, seen, fetched } = setUp();
    const later: Disposable[] = [];
    secrets.onChange('a', () => later[0]?.[Symbol.dispose]());
    later.push(secrets.onChange('a', (secret) => seen.push(secret.reveal())));
    await fetched('one');
    await fetched('two');
    expect(seen).toEqual([]);
  });

  it('unless an earlier listener of the stack ends it during the notification', async () => {
    const { stack, seen, fetched } = setUp();
    const ends: (() => void)[] = [];
    stack.memory?.subscribe?.(() => ends[0]?.());
    ends.push(stack.memory!.subscribe!(() => seen.push('called')));
    await fetched('one');
    await fetched('two');
    expect(seen).toEqual([]);
  });

  it('unless the value that it replaces was removed before the listener came', async () => {
    const { secrets, seen, fetched } = setUp();
    const earlier = secrets.onChange('a', () => undefined);
    await fetched('one');
    secrets.invalidate('a');
    earlier[Symbol.dispose]();
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await fetched('two');
    expect(seen).toEqual([]);
  });

  it('and twice if the same function subscribes twice', async () => {
    const { stack, fetched } = setUp();
    const seen: string[] = [];
    const listener = (change: MemoryChange): void => {
      if ('secret' in change) seen.push(change.secret.reveal());
    };
    const first = stack.memory?.subscribe?.(listener);
    stack.memory?.subscribe?.(listener);
    stack.memory?.subscribe?.(() => {
      throw new Error('a listener failed');
    });
    await fetched('one');
    await fetched('two');
    expect(seen).toEqual(['two', 'two']);
    first?.();
    await fetched('three');
    expect(seen).toEqual(['two', 'two', 'three']);
  });
});

describe('a rotation', () => {
  it('is found by use, once, and reported to listeners', async () => {
    const store = memorySecrets({ initial: { token: 'old' } });
    const secrets = createSecrets(cache()(store));
    const rotated: string[] = [];
    secrets.onChange('token', (secret) => rotated.push(secret.reveal()));
    await secrets.get('token');
    await createSecrets(store).set('token', 'new');
    const login = async (value: string): Promise<string> => {
      if (value !== 'new') throw Object.assign(new Error('refused'), { status: 401 });
      return 'in';
    };
    const all = await Promise.all(
      Array.from({ length: 50 }, () => secrets.use('token', (secret) => login(secret.reveal()))),
    );
    expect(new Set(all)).toEqual(new Set(['in']));
    expect(rotated).toEqual(['new']);
  });
});

import { createSecrets } from '@secretkit/core';
import { type SecretProvider, seal } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { describe, expect, it } from 'vitest';
import { failure, heldBackend, outcome } from '../../test/held-backend.js';
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
  async function come(answer: string | Error | undefined, name = 'a'): Promise<void> {
    const reading = outcome(secrets.get(name, { fresh: true }));
    const call = backend.call(backend.calls.length - 1);
    if (answer instanceof Error) await call.fail(answer);
    else await call.answer(answer);
    await reading;
  }
  return { clock, backend, stack, secrets, seen, come };
}

describe('a listener is told once of each value that replaces another', () => {
  it('whoever caused it to be read, and not of the first', async () => {
    const { secrets, seen, come, clock, backend } = setUp();
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await come('one');
    await come('one');
    await come('two');
    clock.ms += 1_000;
    const batch = secrets.getMany({ a: 'a', b: 'b' });
    await backend.call(3).answer('three', 'of b');
    await batch;
    await come('three');
    expect(seen).toEqual(['two', 'three']);
  });

  it('also after a failed refresh (D8)', async () => {
    const { secrets, seen, come } = setUp();
    await come('one');
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await come(failure('unavailable'));
    await come('two');
    await come('two');
    expect(seen).toEqual(['two']);
  });

  it('also when the value before was forgotten, denied, missing or evicted', async () => {
    const { secrets, seen, come } = setUp(1);
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await come('one');
    secrets.invalidate('a');
    await come('two');
    await come(failure('permission_denied'));
    await come('three');
    await come(undefined);
    await come('three');
    await come('of b', 'b');
    await come('four');
    expect(seen).toEqual(['two', 'three', 'four']);
  });

  it('also of one that comes stale from a cache further in, and once', async () => {
    const clock = { ms: start };
    const backend = heldBackend();
    const bounds = { ttlMs: 1_000, jitter: 0, staleIfErrorMs: 600_000, failureCooldownMs: 0 };
    const layer = cache({ ...bounds, now: () => clock.ms });
    const inner = layer(backend.provider);
    const secrets = createSecrets(layer(inner));
    const seen: string[] = [];
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    async function come(by: () => Promise<unknown>, answer: string | Error): Promise<void> {
      const reading = by();
      const call = backend.call(backend.calls.length - 1);
      if (answer instanceof Error) await call.fail(answer);
      else await call.answer(answer);
      await reading;
    }
    await come(() => secrets.get('a'), 'one');
    clock.ms += 1_000;
    await come(() => inner.get({ name: 'a' }, {}), 'two');
    clock.ms += 1_000;
    await come(() => secrets.get('a'), failure('unavailable'));
    clock.ms += 1_000;
    await come(() => secrets.get('a'), 'two');
    expect(seen).toEqual(['two']);
  });

  it('also when it was forgotten before anything else came', async () => {
    const { secrets, seen, come } = setUp();
    await come('one');
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    secrets.invalidate('a');
    await come('two');
    expect(seen).toEqual(['two']);
  });

  it('by the ref that it was asked for, where the backend folds names', async () => {
    let value = 'one';
    const folding: SecretProvider = {
      name: 'folding',
      get: async () => seal(value),
      canonical: ({ name }) => ({ name: `APP_${name.toUpperCase()}` }), // does not map its own result to itself
    };
    const secrets = createSecrets(cache()(folding));
    const seen: string[] = [];
    secrets.onChange('token', (secret) => seen.push(secret.reveal()));
    secrets.onChange('other', (secret) => seen.push(`of another: ${secret.reveal()}`));
    await secrets.get('token');
    value = 'two';
    await secrets.get('Token', { fresh: true });
    expect(seen).toEqual(['two']);
  });

  it('and no longer when it has ended, or the cache has', async () => {
    const { secrets, seen, come, stack } = setUp();
    const subscription = secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await come('one');
    subscription[Symbol.dispose]();
    await come('two');
    expect(seen).toEqual([]);
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    await stack[Symbol.asyncDispose]?.();
    expect(seen).toEqual([]);
  });

  it('also when another has left meanwhile', async () => {
    const { secrets, seen, come } = setUp();
    secrets.onChange('a', (secret) => seen.push(secret.reveal()));
    const other = secrets.onChange('a', () => undefined);
    await come('one');
    secrets.invalidate('a');
    other[Symbol.dispose]();
    await come('two');
    expect(seen).toEqual(['two']);
  });

  it('and not when an earlier listener has ended it meanwhile', async () => {
    const { secrets, seen, come } = setUp();
    const later: Disposable[] = [];
    secrets.onChange('a', () => later[0]?.[Symbol.dispose]());
    later.push(secrets.onChange('a', (secret) => seen.push(secret.reveal())));
    await come('one');
    await come('two');
    expect(seen).toEqual([]);
  });

  it('and the same function twice if it was given twice', async () => {
    const { stack, come } = setUp();
    const seen: string[] = [];
    const listener = ({ secret }: { secret: { reveal(): string } }): void => {
      seen.push(secret.reveal());
    };
    const first = stack.subscribe?.(listener);
    stack.subscribe?.(listener);
    stack.subscribe?.(() => {
      throw new Error('of a listener');
    });
    await come('one');
    await come('two');
    expect(seen).toEqual(['two', 'two']);
    first?.[Symbol.dispose]();
    await come('three');
    expect(seen).toEqual(['two', 'two', 'three']);
  });
});

describe('a rotation', () => {
  it('is met by use, once, and told to who listens', async () => {
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

import { createSecrets } from '@secretkit/core';
import {
  refKey,
  type SecretMemory,
  type SecretProvider,
  type SecretRef,
  seal,
} from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { cache } from './index.js';
import { versionIndex } from './version-index.js';

const ref = { name: 'a' };
const v1 = { name: 'a', version: 'v1' };
const v2 = { name: 'a', version: 'v2' };
const elsewhere = { name: 'a', version: 'v1', scope: { account: 'acct_1' } };
const other = { name: 'b', version: 'v1' };
const all: Readonly<Record<string, SecretRef>> = { ref, v1, v2, elsewhere, other };

function setUp() {
  const clock = { ms: 1_700_000_000_000 };
  const backend = heldBackend();
  const provider = { ...backend.provider, listVersions: async () => [] } satisfies SecretProvider;
  const stack = cache({ ttlMs: 60_000, negativeTtlMs: 60_000, now: () => clock.ms })(provider);
  const shown = () =>
    Object.entries(all).flatMap(([name, each]) => (stack.memory?.cached?.(each)(false) ? [name] : []));
  async function warm(answer: (name: string) => string | undefined): Promise<void> {
    const first = backend.calls.length;
    const reads = Object.values(all).map((each) => stack.get(each, {}));
    for (const [at, name] of Object.keys(all).entries()) await backend.call(first + at).answer(answer(name));
    await Promise.all(reads);
  }
  return { backend, stack, secrets: createSecrets(stack), shown, warm };
}

type Kit = ReturnType<typeof setUp>;

const writes: [string, (kit: Kit) => Promise<unknown>][] = [
  ['set', ({ stack }) => stack.set(ref, seal('new'), {})],
  ['compareAndSet', ({ stack }) => stack.compareAndSet(ref, seal('new'), 'v2', {})],
  ['delete', ({ stack }) => stack.delete(ref, {})],
];

describe('two versions of a name', () => {
  it('share no value and no call', async () => {
    const { backend, stack, warm, shown } = setUp();
    await warm((name) => `value of ${name}`);
    expect(backend.calls).toHaveLength(5);
    expect(shown()).toEqual(Object.keys(all));
    for (const [name, each] of Object.entries(all))
      expect(await outcome(stack.get(each, {}))).toBe(`value of ${name}`);
    expect(backend.calls).toHaveLength(5);
  });

  it('are kept apart by a copy of a ref that its owner changes later', async () => {
    const { backend, stack } = setUp();
    const own = { ...v1 };
    const read = stack.get(own, {});
    own.version = 'v2';
    await backend.call(0).answer('one');
    await read;
    expect(await outcome(stack.get(v1, {}))).toBe('one');
    void stack.get(v2, {});
    expect(backend.calls).toHaveLength(2);
  });
});

describe('a write covers all versions of its name', () => {
  it.each(writes)('in memory, when it starts and when it settles: %s', async (_, write) => {
    const kit = setUp();
    await kit.warm((name) => `value of ${name}`);
    const writing = write(kit);
    expect(kit.shown()).toEqual(['elsewhere', 'other']);
    const during = outcome(kit.stack.get(v1, {}));
    await kit.backend.call(6).answer('read during the write');
    expect(await during).toBe('read during the write');
    expect(kit.shown()).toEqual(['v1', 'elsewhere', 'other']);
    await kit.backend.call(5).answer();
    await writing;
    expect(kit.shown()).toEqual(['elsewhere', 'other']);
  });

  it.each(writes)('that were missing: %s', async (_, write) => {
    const kit = setUp();
    await kit.warm(() => undefined);
    const writing = write(kit);
    await kit.backend.call(5).fail(failure('unavailable'));
    await outcome(writing as Promise<undefined>);
    for (const each of Object.values(all)) void kit.stack.get(each, {});
    expect(kit.backend.calls.slice(6).map(({ names }) => names)).toEqual([['a'], ['a'], ['a']]);
  });

  it.each(writes)('in flight: %s', async (_, write) => {
    const kit = setUp();
    const reads = Object.values(all).map((each) => outcome(kit.stack.get(each, {})));
    void write(kit);
    for (const call of kit.backend.calls.slice(0, 5)) await call.answer('old');
    expect(await Promise.all(reads)).toEqual(['old', 'old', 'old', 'old', 'old']);
    expect(kit.shown()).toEqual(['elsewhere', 'other']);
  });

  it.each([
    ['a name', ref, ['elsewhere', 'other']],
    ['a version of it', v1, ['elsewhere', 'other']],
    ['a scope', { scope: { account: 'acct_1' } }, ['ref', 'v1', 'v2', 'other']],
    ['everything', undefined, []],
  ])('and so does an invalidation of %s', async (_, target, left) => {
    const { stack, warm, shown } = setUp();
    await warm(() => 'value');
    stack.memory?.invalidate?.(target);
    expect(shown()).toEqual(left);
  });

  it('and so does a change that the wrapped provider reports', async () => {
    const listeners: Parameters<NonNullable<SecretMemory['subscribe']>>[0][] = [];
    const stack = cache()({
      name: 'watched',
      get: async ({ version = 'current' }) => seal(version),
      listVersions: async () => [],
      memory: {
        subscribe(listener) {
          listeners.push(listener);
          return () => undefined;
        },
      },
    } satisfies SecretProvider);
    for (const each of [ref, v1, other]) await stack.get(each, {});
    for (const listener of listeners) listener({ ref, secret: seal('new') });
    const peek = (each: SecretRef) => stack.memory?.cached?.(each)(false)?.secret.reveal();
    expect([ref, v1, other].map(peek)).toEqual(['new', undefined, 'v1']);
  });
});

describe('the result of a write', () => {
  it('is that of the backend', async () => {
    const { backend, stack } = setUp();
    const results = [stack.set(ref, seal('new'), {}), stack.compareAndSet(ref, seal('new'), undefined, {})];
    for (const call of backend.calls) await call.answer();
    await flush();
    expect(await Promise.all(results)).toEqual([{ version: 'v-set' }, { version: 'v-compareAndSet' }]);
  });
});

describe('the index of versions', () => {
  const identity = (each: SecretRef) => ({ key: refKey(each), ref: each });

  it('has nothing of a name without versions, and forgets what is removed', () => {
    const index = versionIndex();
    const keys = () => index.versionsOf('a');
    index.add(identity(ref));
    index.delete(identity(ref));
    expect(keys()).toEqual([]);
    for (const each of [v1, v2, v1, elsewhere]) index.add(identity(each));
    expect(keys()).toEqual([refKey(v1), refKey(v2)]);
    index.delete(identity(v1));
    index.delete(identity(v1));
    expect(keys()).toEqual([refKey(v2)]);
    index.delete(identity(v2));
    expect(keys()).toEqual([]);
  });
});

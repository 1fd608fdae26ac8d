import { compose, createSecrets } from '@secretkit/core';
import { errorRules, type SecretErrorCode, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { type PlainCache, plainCache, warm } from '../../test/plain-cache.js';
import { cache } from './index.js';

const codes = Object.keys(errorRules) as SecretErrorCode[]; // Object.keys() returns string[]
const mayBeApplied: readonly SecretErrorCode[] = ['timeout', 'unavailable', 'circuit_open', 'unknown'];

const writes = {
  set: ({ secrets }: PlainCache, signal?: AbortSignal) => secrets.set('a', 'new', signal && { signal }),
  compareAndSet: ({ stack }: PlainCache, signal?: AbortSignal) =>
    stack.compareAndSet({ name: 'a' }, seal('new'), 'v1', signal ? { signal } : {}),
  delete: ({ secrets }: PlainCache, signal?: AbortSignal) => secrets.delete('a', signal && { signal }),
};

/** Reads once, and answers the call that this starts. Returns whether there was one. */
async function readsBackend(
  { secrets, backend }: PlainCache,
  value: string | undefined,
  name = 'a',
): Promise<boolean> {
  const before = backend.calls.length;
  const read = outcome(secrets.get(name));
  await flush();
  const called = backend.calls.length > before;
  if (called) await backend.call(before).answer(value);
  expect(await read).toBe(value);
  return called;
}

/** Fails a write with this code. */
async function failWrite(
  kit: PlainCache,
  code: SecretErrorCode,
  write: (kit: PlainCache) => Promise<unknown> = writes.set,
): Promise<void> {
  const writing = write(kit).catch(() => undefined);
  await flush();
  await kit.backend.calls.at(-1)?.fail(failure(code));
  await writing;
}

describe.each(Object.entries(writes))('after a %s that failed', (_, write) => {
  it.each(codes)('with %s, the answers of reads are kept unless it may still be applied', async (code) => {
    const kit = plainCache();
    await warm(kit, 'a', 'old');
    await failWrite(kit, code, write);
    expect(await readsBackend(kit, 'old')).toBe(true);
    expect(await readsBackend(kit, 'old')).toBe(mayBeApplied.includes(code));
  });

  it('by an abort of its caller, they are not kept, nor is an absence', async () => {
    const kit = plainCache({ negativeTtlMs: 1_000 });
    const caller = new AbortController();
    const writing = write(kit, caller.signal);
    await flush();
    caller.abort('enough');
    await expect(writing).rejects.toBe('enough');
    expect(await readsBackend(kit, undefined)).toBe(true);
    expect(await readsBackend(kit, undefined)).toBe(true);
    expect(await readsBackend(kit, 'new')).toBe(true);
  });

  it('by an abort before it started, they are kept: nothing was sent', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'old');
    await expect(write(kit, AbortSignal.abort('enough'))).rejects.toBe('enough');
    expect(await readsBackend(kit, 'old')).toBe(false);
  });
});

describe('after a write that may still be applied', () => {
  it('a value that it replaces late is not served from memory', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'old');
    await failWrite(kit, 'unavailable');
    expect(await readsBackend(kit, 'old')).toBe(true);
    expect(await readsBackend(kit, 'new')).toBe(true);
  });

  it('answers are kept again after a minute', async () => {
    const kit = plainCache();
    await failWrite(kit, 'timeout');
    kit.clock.ms += 59_999;
    expect(await readsBackend(kit, 'new')).toBe(true);
    expect(await readsBackend(kit, 'new')).toBe(true);
    kit.clock.ms += 1;
    expect(await readsBackend(kit, 'new')).toBe(true);
    expect(await readsBackend(kit, 'new')).toBe(false);
  });

  it('answers are kept again after a write that succeeded', async () => {
    const kit = plainCache();
    await failWrite(kit, 'timeout');
    const writing = kit.secrets.set('a', 'newer');
    await kit.backend.call(1).answer();
    await writing;
    expect(await readsBackend(kit, 'newer')).toBe(true);
    expect(await readsBackend(kit, 'newer')).toBe(false);
  });

  it('a request that was in flight during the write keeps nothing either', async () => {
    const kit = plainCache();
    const writing = kit.secrets.set('a', 'new').catch(() => undefined);
    const during = outcome(kit.secrets.get('a'));
    await kit.backend.call(0).fail(failure('timeout'));
    await writing;
    await kit.backend.call(1).answer('old');
    expect(await during).toBe('old');
    expect(await readsBackend(kit, 'new')).toBe(true);
  });

  it('all versions of the name are asked for, and no other name', async () => {
    const kit = plainCache();
    await failWrite(kit, 'timeout');
    for (const ref of [
      { name: 'a', version: 'v1' },
      { name: 'b' },
      { name: 'a', scope: { user: 'usr_1' } },
    ]) {
      const read = kit.secrets.get(ref);
      await kit.backend.calls.at(-1)?.answer('value');
      await read;
    }
    expect(kit.secrets.peek({ name: 'a', version: 'v1' })).toBeUndefined();
    expect(kit.secrets.peek('b')).toBeDefined();
    expect(kit.secrets.peek({ name: 'a', scope: { user: 'usr_1' } })).toBeDefined();
  });

  it('a batch keeps its other values', async () => {
    const kit = plainCache();
    await failWrite(kit, 'timeout');
    const read = kit.secrets.getMany({ a: 'a', b: 'b' });
    await kit.backend.call(1).answer('old', 'value of b');
    await read;
    expect(kit.secrets.peek('a')).toBeUndefined();
    expect(kit.secrets.peek('b')).toBeDefined();
  });

  it('concurrent reads are still one call', async () => {
    const kit = plainCache();
    await failWrite(kit, 'timeout');
    const reads = [kit.secrets.get('a'), kit.secrets.get('a')].map(outcome);
    await kit.backend.call(1).answer('old');
    expect(await Promise.all(reads)).toEqual(['old', 'old']);
    expect(kit.backend.calls).toHaveLength(2);
  });

  it('a change is reported once, when a read has the new value', async () => {
    const kit = plainCache();
    const changes: string[] = [];
    kit.secrets.onChange('a', (secret) => changes.push(secret.reveal()));
    await warm(kit, 'a', 'old');
    await failWrite(kit, 'timeout');
    for (const value of ['old', 'old', 'new', 'new']) await readsBackend(kit, value);
    expect(changes).toEqual(['new']);
  });

  it('a cache around a cache keeps nothing, although the inner one reports the change', async () => {
    const backend = heldBackend();
    const secrets = createSecrets(compose(cache(), cache())(backend.provider));
    const first = secrets.get('a');
    await backend.call(0).answer('old');
    await first;
    const writing = secrets.set('a', 'new').catch(() => undefined);
    await flush();
    await backend.call(1).fail(failure('timeout'));
    await writing;
    for (const [at, value] of ['old', 'other', 'new'].entries()) {
      const read = outcome(secrets.get('a'));
      await flush();
      await backend.call(2 + at).answer(value);
      expect(await read).toBe(value);
    }
  });
});

it('the number of names is bounded: only the oldest is forgotten', async () => {
  const kit = plainCache({ maxEntries: 2 });
  for (const name of ['a', 'b', 'c']) {
    const writing = kit.secrets.set(name, 'new').catch(() => undefined);
    await flush();
    await kit.backend.calls.at(-1)?.fail(failure('timeout'));
    await writing;
  }
  const keptAfterRead: Record<string, boolean> = {};
  for (const name of ['a', 'b', 'c']) {
    expect(await readsBackend(kit, 'old', name)).toBe(true);
    keptAfterRead[name] = !(await readsBackend(kit, 'old', name));
  }
  expect(keptAfterRead).toEqual({ a: true, b: false, c: false });
});

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../test/failure-of.js';
import { outcome } from '../../test/revealed.js';
import type { CallContext, SecretProvider } from '../contract/provider.js';
import { type Secret, seal } from '../contract/secret.js';
import { SecretError, type SecretErrorCode } from '../contract/secret-error.js';
import { createSecrets } from './create-secrets.js';

/** What happens in one attempt to write: it is answered, or its answer is lost after or before it was applied. */
type Step = 'answer' | 'lost after' | 'lost before' | SecretErrorCode | (() => void);

/** A store with versions that follows a script, one step a write, and then answers. */
function scripted(steps: readonly Step[] = [], reads: readonly (Error | undefined)[] = []) {
  let [count, current] = [0, undefined as Secret | undefined];
  const writes: CallContext[] = [];
  const looks: CallContext[] = [];
  const put = (value: string | Uint8Array | undefined): void => {
    count += 1;
    current = value === undefined ? undefined : seal(value, { version: `v${count}` });
  };
  function apply(secret: Secret, expected: string | undefined): { version: string } {
    if (current?.version !== expected) throw new SecretError('conflict', 'Another version.');
    put(secret.format === 'base64' ? secret.bytes() : secret.reveal());
    return { version: `v${count}` };
  }
  const provider: SecretProvider = {
    name: 'store',
    async get(_ref, ctx) {
      looks.push(ctx);
      const failure = reads[looks.length - 1];
      if (failure) throw failure;
      return current;
    },
    async compareAndSet(_ref, secret, expected, ctx) {
      const step = steps[writes.length] ?? 'answer';
      writes.push(ctx);
      if (typeof step === 'function') step();
      if (step === 'answer') return apply(secret, expected);
      if (step === 'lost after') apply(secret, expected);
      const isCode = typeof step === 'string' && !step.startsWith('lost');
      throw new SecretError(isCode ? (step as SecretErrorCode) : 'unavailable', `Attempt ${writes.length}.`);
    },
  };
  const value = (): string | undefined => current?.reveal();
  return { secrets: createSecrets(provider), put, value, writes, looks };
}

/** A store that answers no write, and returns values without a version. */
function scriptedWithoutVersions() {
  const writes: unknown[] = [];
  const provider: SecretProvider = {
    name: 'store',
    get: async () => seal('other'),
    compareAndSet: async (ref) => {
      writes.push(ref);
      throw new SecretError('timeout', 'Lost.');
    },
  };
  return { secrets: createSecrets(provider), writes };
}

describe('compareAndSet', () => {
  it('writes if the version is the expected one, and returns the new one', async () => {
    const { secrets, put, value, writes, looks } = scripted();
    put('old');
    expect(await secrets.compareAndSet('a', 'new', 'v1')).toEqual({ version: 'v2' });
    expect([value(), writes.length, looks.length]).toEqual(['new', 1, 0]);
  });

  it('is a conflict if the version is another one', async () => {
    const { secrets, put, value, writes, looks } = scripted();
    put('old');
    put('newer');
    expect(await outcome(secrets.compareAndSet('a', 'new', 'v1'))).toBe('conflict');
    expect([value(), writes.length, looks.length]).toEqual(['newer', 1, 0]);
  });

  it('creates a secret that must not exist', async () => {
    const { secrets, value } = scripted();
    expect(await secrets.compareAndSet('a', Uint8Array.of(0xff), undefined)).toEqual({ version: 'v1' });
    expect(value()).toBe('/w==');
    expect(await outcome(secrets.compareAndSet('a', 'new', undefined))).toBe('conflict');
    expect(value()).toBe('/w==');
  });

  it('has one winner of two writers at once', async () => {
    const { secrets, put } = scripted();
    put('old');
    const both = ['one', 'two'].map((value) => outcome(secrets.compareAndSet('a', value, 'v1')));
    expect(await Promise.all(both)).toEqual([{ version: 'v2' }, 'conflict']);
  });

  it.each(['v1', undefined])(
    'succeeds once if the answer is lost after the write (expected: %s)',
    async (expected) => {
      const { secrets, put, value, writes, looks } = scripted(['lost after']);
      if (expected) put('old');
      const version = expected ? 'v2' : 'v1';
      expect(await secrets.compareAndSet('a', 'new', expected)).toEqual({ version });
      expect([value(), writes.length]).toEqual(['new', 1]);
      expect(looks).toEqual([{ fresh: true }]);
    },
  );

  it.each(['v1', undefined])(
    'tries again if the answer is lost before the write (expected: %s)',
    async (expected) => {
      const { secrets, put, value, writes, looks } = scripted(['lost before', 'lost before']);
      if (expected) put('old');
      expect(await secrets.compareAndSet('a', 'new', expected)).toEqual({ version: expected ? 'v2' : 'v1' });
      expect([value(), writes.length, looks.length]).toEqual(['new', 3, 2]);
      expect(new Set(writes.map((ctx) => ctx.idempotencyKey)).size).toBe(1);
    },
  );

  it('writes the same value again under a new version, and does not take the old one for it', async () => {
    const { secrets, put, writes } = scripted(['lost before']);
    put('same');
    expect(await secrets.compareAndSet('a', 'same', 'v1')).toEqual({ version: 'v2' });
    expect(writes).toHaveLength(2);
  });

  it('succeeds if the second attempt meets what the first one wrote', async () => {
    const { secrets, put, writes } = scripted(['lost before', () => put('new')]);
    put('old');
    expect(await secrets.compareAndSet('a', 'new', 'v1')).toEqual({ version: 'v2' });
    expect(writes).toHaveLength(2);
  });

  it('resolves a conflict after an open outcome by a read', async () => {
    const { secrets, put, writes } = scripted(['lost before', 'conflict']);
    put('old');
    expect(await secrets.compareAndSet('a', 'new', 'v1')).toEqual({ version: 'v2' });
    expect(writes).toHaveLength(3);
  });

  it('succeeds with the version of an equal value of another writer', async () => {
    const { secrets, put } = scripted(['lost before']);
    put('old');
    const writing = secrets.compareAndSet('a', 'new', 'v1');
    put('new');
    expect(await writing).toEqual({ version: 'v2' });
  });

  it.each([
    ['another value', ['CANARY-other']],
    ['the first value again', ['CANARY-other', 'CANARY-old']],
    ['nothing', [undefined]],
    ['a value that was deleted and made anew', [undefined, 'CANARY-old']],
    ['the bytes that are shown as the same text', [Buffer.from('new!', 'base64')]],
  ])('is a conflict if it finds %s after a lost answer', async (_, values) => {
    const { secrets, put, writes } = scripted(['lost before']);
    put('CANARY-old');
    const writing = failureOf(() =>
      secrets.compareAndSet('a', Buffer.from('new!', 'base64').toString('base64'), 'v1'),
    );
    values.forEach(put);
    const error = await writing;
    expect(error).toMatchObject({
      code: 'conflict',
      provider: 'store',
      operation: 'compareAndSet',
      ref: { name: 'a' },
    });
    expect(inspect(error, { depth: null })).not.toContain('CANARY');
    expect(writes).toHaveLength(1);
  });

  it('tries at most twice more', async () => {
    const { secrets, put, writes } = scripted(['lost before', 'timeout', 'unknown', 'answer']);
    put('old');
    expect(await outcome(secrets.compareAndSet('a', 'new', 'v1'))).toBe('unknown');
    expect(writes).toHaveLength(3);
  });

  it.each<SecretErrorCode>([
    'conflict',
    'permission_denied',
    'unauthenticated',
    'rate_limited',
    'quota_exceeded',
    'circuit_open',
    'invalid_argument',
    'invalid_data',
    'unsupported',
  ])('does not read after %s, which leaves nothing open', async (code) => {
    const { secrets, put, writes, looks } = scripted([code]);
    put('old');
    expect(await outcome(secrets.compareAndSet('a', 'new', 'v1'))).toBe(code);
    expect([writes.length, looks.length]).toEqual([1, 0]);
  });

  it('rejects at once if a later attempt is denied', async () => {
    const { secrets, put, writes, looks } = scripted(['timeout', 'permission_denied']);
    put('old');
    expect(await outcome(secrets.compareAndSet('a', 'new', 'v1'))).toBe('permission_denied');
    expect([writes.length, looks.length]).toEqual([2, 1]);
  });

  it('is a conflict if it finds a value without a version where there was none', async () => {
    const { secrets, writes } = scriptedWithoutVersions();
    const error = await failureOf(() => secrets.compareAndSet('a', 'new', undefined));
    expect(error).toMatchObject({
      code: 'conflict',
      problem: expect.stringMatching(/another writer/) as unknown,
    });
    expect(writes).toHaveLength(1);
  });

  it.each(['lost before', 'conflict'] as const)(
    'rejects with the first failure if the secret cannot be read (after: %s)',
    async (second) => {
      const denied = new SecretError('permission_denied', 'CANARY.');
      const { secrets, put } = scripted(['timeout', second], [undefined, denied]);
      put('old');
      const error = await failureOf(() => secrets.compareAndSet('a', 'new', 'v1'));
      expect(error).toMatchObject({ code: 'timeout', problem: 'Attempt 1.' });
    },
  );

  it('rejects with the reason of an abort during the write', async () => {
    const caller = new AbortController();
    const { secrets, put, looks } = scripted([() => caller.abort('enough')]);
    put('old');
    const { signal } = caller;
    expect(await outcome(secrets.compareAndSet('a', 'new', 'v1', { signal }))).toBe('enough');
    expect(looks).toEqual([]);
  });

  it('rejects with the reason of an abort during the read', async () => {
    const caller = new AbortController();
    const provider: SecretProvider = {
      name: 'store',
      get: () => {
        caller.abort('enough');
        return new Promise(() => undefined);
      },
      compareAndSet: () => Promise.reject(new SecretError('unavailable', 'Down.')),
    };
    const writing = createSecrets(provider).compareAndSet('a', 'new', 'v1', { signal: caller.signal });
    expect(await outcome(writing)).toBe('enough');
  });

  it('takes an expiry, which is written with the value', async () => {
    const expiresAt = new Date(1e13);
    const written: (Date | undefined)[] = [];
    const provider: SecretProvider = {
      name: 'store',
      get: async () => undefined,
      compareAndSet: async (_ref, secret) => {
        written.push(secret.expiresAt);
        return { version: 'v1' };
      },
    };
    await createSecrets(provider).compareAndSet('a', 'new', undefined, { expiresAt });
    expect(written).toEqual([expiresAt]);
  });

  it.each([
    ['an expected version that is empty', ['a', 'new', '']],
    ['an expected version that is null', ['a', 'new', null]],
    ['a value that is empty', ['a', '', 'v1']],
    ['bytes that are empty', ['a', new Uint8Array(), 'v1']],
    ['an unknown option', ['a', 'new', 'v1', { fresh: true }]],
  ])('is refused before any call for %s', async (_, args) => {
    const { secrets, writes, looks } = scripted();
    expect(await outcome(secrets.compareAndSet(...(args as [string, string, string])))).toBe(
      'invalid_argument',
    );
    expect([writes.length, looks.length]).toEqual([0, 0]);
  });

  it('is a capability', async () => {
    const without = createSecrets<SecretProvider>({ name: 'store', get: async () => undefined });
    expect([without.can('compareAndSet'), scripted().secrets.can('compareAndSet')]).toEqual([false, true]);
    expect(await outcome(without.compareAndSet('a', 'new', 'v1'))).toBe('unsupported');
  });

  it.each([undefined, {}, { version: '' }, { version: 5 }, 'CANARY'])(
    'is invalid_data if the provider returns no version: %j',
    async (returned) => {
      const provider = { name: 'store', get: async () => undefined, compareAndSet: async () => returned };
      const call = () => createSecrets(provider as never as SecretProvider).compareAndSet('a', 'new', 'v1');
      const error = await failureOf(call);
      expect(error).toMatchObject({ code: 'invalid_data', operation: 'compareAndSet' });
      expect((error as Error).message).not.toContain('CANARY');
    },
  );
});

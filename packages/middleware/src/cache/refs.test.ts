import { createSecrets } from '@secretkit/core';
import { type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it, vi } from 'vitest';
import { failure, flush, heldBackend, outcome } from '../../test/held-backend.js';
import { plainCache, warm } from '../../test/plain-cache.js';
import { cache } from './index.js';

describe('a ref', () => {
  it('names the secret of its current fields, after its owner changed it', async () => {
    const kit = plainCache();
    const ref = { name: 'a', scope: { account: 'acct_1' } };
    const read = async (at: number, value: string): Promise<unknown> => {
      const reading = outcome(kit.stack.get(ref, {}));
      await flush();
      if (kit.backend.calls.length > at) await kit.backend.call(at).answer(value);
      return reading;
    };
    expect(await read(0, 'of acct_1')).toBe('of acct_1');
    ref.scope.account = 'acct_2';
    expect(await read(1, 'of acct_2')).toBe('of acct_2');
    ref.name = 'b';
    expect(await read(2, 'b of acct_2')).toBe('b of acct_2');
    Object.freeze(ref);
    expect(await read(3, 'nothing new')).toBe('b of acct_2');
    ref.scope.account = 'acct_1';
    expect(await read(3, 'b of acct_1')).toBe('b of acct_1');
  });

  it('is answered by its cached reader with the stored promise, until it is not fresh', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-1');
    const cached = kit.stack.memory?.cached?.({ name: 'a' });
    const hit = cached?.(true);
    expect(hit?.settled).toBe(kit.stack.get({ name: 'a' }, {}));
    expect(cached?.(false)?.secret).toBe(hit?.secret);
    kit.secrets.invalidate('a');
    expect(cached?.(true)).toBe(undefined);
    await warm(kit, 'a', 'value-2');
    expect(cached?.(true)?.secret.reveal()).toBe('value-2');
  });

  it('is in a remembered failure as each reader wrote it', async () => {
    const provider: SecretProvider = {
      name: 'folding',
      canonical: ({ name }) => ({ name: name.toLowerCase() }),
      get: () => Promise.reject(failure('permission_denied')),
    };
    const secrets = createSecrets(cache()(provider));
    await outcome(secrets.get('Key'));
    await expect(secrets.get('KEY')).rejects.toMatchObject({
      code: 'permission_denied',
      ref: { name: 'KEY' },
    });
  });
});

describe('identity', () => {
  it('is the canonical ref: two refs of one secret share an entry and a call', async () => {
    const backend = heldBackend();
    const canonical = vi.fn(({ name, scope }: { name: string; scope?: object }) => ({
      name: name.toUpperCase(),
      scope: { account: 'acct_default', ...scope },
    }));
    const secrets = createSecrets(cache()({ ...backend.provider, canonical }));
    const reads = ['a', 'A', { name: 'a', scope: { account: 'acct_default' } }].map((ref) =>
      outcome(secrets.get(ref)),
    );
    await backend.call(0).answer('value-1');
    expect(await Promise.all(reads)).toEqual(['value-1', 'value-1', 'value-1']);
    expect(backend.calls).toHaveLength(1);
  });

  it('rejects, and does not throw, if canonical throws', async () => {
    const { provider } = heldBackend();
    const canonical = (): never => {
      throw new Error('CANARY');
    };
    const stack = cache()({ ...provider, canonical });
    for (const call of [
      stack.get({ name: 'a' }, {}),
      stack.getMany([{ name: 'a' }], {}),
      stack.set({ name: 'a' }, seal('x'), {}),
    ])
      await expect(call).rejects.toMatchObject({
        code: 'unknown',
        message: expect.not.stringContaining('CANARY'),
      });
  });

  it('is not affected when the owner of a ref changes it later', async () => {
    const kit = plainCache();
    const scope = { account: 'acct_1' };
    const reading = kit.stack.get({ name: 'a', scope }, {});
    await kit.backend.call(0).answer('value');
    await reading;
    scope.account = 'acct_2';
    kit.stack.memory?.invalidate?.({ scope: { account: 'acct_1' } });
    expect(kit.stack.memory?.cached?.({ name: 'a', scope: { account: 'acct_1' } })(false)).toBeUndefined();
  });

  it('is that of the current fields of a ref', async () => {
    const kit = plainCache();
    const ref = { name: 'a' };
    void kit.stack.get(ref, {});
    ref.name = 'b';
    void kit.stack.get(ref, {});
    expect(kit.backend.calls.map(({ names }) => names[0])).toEqual(['a', 'b']);
  });

  it('is not shared by two providers of one middleware (D10)', async () => {
    const layer = cache();
    const [one, two] = [heldBackend(), heldBackend()];
    const reads = [one, two].map(({ provider }) => outcome(createSecrets(layer(provider)).get('a')));
    await one.call(0).answer('of one');
    await two.call(0).answer('of two');
    expect(await Promise.all(reads)).toEqual(['of one', 'of two']);
  });
});

import { type SecretProvider, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, outcome } from '../../test/held-backend.js';
import { plainCache, start, warm } from '../../test/plain-cache.js';
import { cache } from './index.js';

describe('a batch', () => {
  it('fetches the secrets that are neither in memory nor in flight, in one call, and answers in order', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-a');
    const single = outcome(kit.secrets.get('b'));
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b', c: 'c', d: 'd', again: 'c' });
    expect(kit.backend.call(2).names).toEqual(['c', 'd']);
    await kit.backend.call(2).answer('value-c', undefined);
    await kit.backend.call(1).answer('value-b');
    const { a, b, c, d, again } = await batch;
    const revealed = [a, b, c, again].map((answer) => answer && 'reveal' in answer && answer.reveal());
    expect(revealed).toEqual(['value-a', 'value-b', 'value-c', 'value-c']);
    expect(d).toBeUndefined();
    expect(await single).toBe('value-b');
    expect(kit.backend.calls).toHaveLength(3);
  });

  it('is joined by single readers, and its answers are stored one by one, each with its own expiry', async () => {
    const kit = plainCache();
    const batch = kit.secrets.getMany({ a: 'a', b: 'b' });
    const single = outcome(kit.secrets.get('b'));
    await kit.backend.call(0).answer(seal('value-a', { expiresAt: new Date(start + 1_000) }), 'value-b');
    await batch;
    expect(await single).toBe('value-b');
    kit.clock.ms += 1_000;
    expect(kit.secrets.peek('a')).toBeUndefined();
    expect(kit.secrets.peek('b')?.reveal()).toBe('value-b');
  });

  it('returns a failure in its place, and stores the other answers', async () => {
    const kit = plainCache();
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b' });
    await kit.backend.call(0).answer(failure('permission_denied'), 'value-b');
    expect(await batch).toMatchObject({ a: { code: 'permission_denied' } });
    expect(kit.secrets.peek('b')?.reveal()).toBe('value-b');
  });

  it('that fails as a whole returns the failure for each secret that is not in memory', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'value-a');
    const batch = kit.secrets.getManySettled({ a: 'a', b: 'b', c: 'c' });
    await kit.backend.call(1).fail(failure('unavailable'));
    const { a, b, c } = await batch;
    expect([a, b, c]).toMatchObject([{}, { code: 'unavailable' }, { code: 'unavailable' }]);
    expect(b).toHaveProperty('ref.name', 'b');
  });

  it('is aborted when no reader waits for any of its secrets, and not before', async () => {
    const kit = plainCache();
    const controller = new AbortController();
    const single = new AbortController();
    const batch = kit.secrets
      .getMany({ a: 'a', b: 'b' }, { signal: controller.signal })
      .catch((e: unknown) => e);
    const read = outcome(kit.secrets.get('b', { signal: single.signal }));
    controller.abort('batch');
    expect(await batch).toBe('batch');
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(false);
    single.abort('single');
    expect(await read).toBe('single');
    expect(kit.backend.call(0).ctx.signal?.aborted).toBe(true);
  });

  it('is not a method of the stack if the backend has none', () => {
    const plain: SecretProvider = { name: 'plain', get: () => Promise.resolve(undefined) };
    expect(cache()(plain).getMany).toBeUndefined();
  });
});

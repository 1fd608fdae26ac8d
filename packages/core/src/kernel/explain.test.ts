import { describe, expect, it, vi } from 'vitest';
import { createSecrets } from '../client/create-secrets.js';
import type { MemoryExplanation, SecretProvider } from '../contract/provider.js';
import type { SecretError } from '../contract/secret-error.js';
import { around } from './around.js';
import { guard } from './guard.js';

function explaining(explain: () => MemoryExplanation): SecretProvider {
  return { name: 'explaining', get: async () => undefined, memory: { explain } };
}

const layer = around({ name: 'layer', policy: (run, ctx) => run(ctx) });
const ref = { name: 'DATABASE_URL', scope: { account: 'acct_1' } };

describe('explain', () => {
  it('is passed on by middleware and by guard, with the ref', () => {
    const explain = vi.fn((): MemoryExplanation => ({ state: 'absent', similar: 'database-url' }));
    const stack = layer(guard(layer(explaining(explain))));
    expect(stack.memory?.explain?.(ref)).toEqual({ state: 'absent', similar: 'database-url' });
    expect(explain.mock.calls).toEqual([[ref]]);
  });

  it.each<[string, () => unknown]>([
    ['nothing', () => undefined],
    ['null', () => null],
    ['a text', () => 'CANARY'],
    ['a promise', () => Promise.reject(new Error('CANARY'))],
    ['a similar that is not a text', () => ({ similar: { CANARY: 'CANARY' } })],
    ['a similar that is not a name', () => ({ similar: 'CANARY\n' })],
    ['a date that no Date can have', () => ({ expiresAt: { getTime: () => 1e300 } })],
    ['other fields', () => ({ value: 'CANARY' })],
  ])('that returns %s explains nothing', (_, explain) => {
    const stack = guard(explaining(explain as () => MemoryExplanation));
    expect(stack.memory?.explain?.(ref)).toEqual({ state: 'absent' });
  });

  it('keeps the rest of what it says when a text is not one', () => {
    const stack = guard(explaining(() => ({ state: 'fresh', layer: 'cache', version: '' })));
    expect(stack.memory?.explain?.(ref)).toEqual({ state: 'fresh', layer: 'cache' });
  });

  it('that throws explains nothing', () => {
    const stack = guard(
      explaining(() => {
        throw new Error('CANARY');
      }),
    );
    expect(stack.memory?.explain?.(ref)).toEqual({ state: 'absent' });
  });

  it('gives not_found the similar name', async () => {
    const secrets = createSecrets(layer(explaining(() => ({ state: 'absent', similar: 'database-url' }))));
    for (const missing of [secrets.require('DATABASE_URL'), secrets.use('DATABASE_URL', () => undefined)]) {
      await expect(missing).rejects.toMatchObject({
        code: 'not_found',
        problem: expect.stringContaining('"database-url"'),
      });
    }
  });

  it('does not change not_found without one', async () => {
    const secrets = createSecrets(guard(explaining(() => ({ state: 'absent' }))));
    const plain = createSecrets({ name: 'explaining', get: async () => undefined });
    const problemOf = async (client: typeof plain) =>
      client.require('key').catch((error: unknown) => (error as SecretError).problem);
    expect(await problemOf(secrets)).toBe(await problemOf(plain));
  });
});

import { compose, createSecrets } from '@secretkit/core';
import { type SecretProvider, type SecretRef, seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { failure, heldBackend, outcome } from '../../test/held-backend.js';
import { plainCache, warm } from '../../test/plain-cache.js';
import { cache } from './index.js';

describe('a write', () => {
  it.each(['set', 'delete'] as const)(
    'removes the value when it starts, and again when it settles: %s',
    async (write) => {
      const kit = plainCache();
      await warm(kit, 'a', 'old');
      const writing = write === 'set' ? kit.secrets.set('a', 'new') : kit.secrets.delete('a');
      expect(kit.secrets.peek('a')).toBeUndefined();
      const during = outcome(kit.secrets.get('a'));
      await kit.backend.call(2).answer('old, read during the write');
      expect(await during).toBe('old, read during the write');
      await kit.backend.call(1).answer();
      await writing;
      expect(kit.secrets.peek('a')).toBeUndefined();
    },
  );

  it('removes the value when it fails too: it may have happened', async () => {
    const kit = plainCache();
    await warm(kit, 'a', 'old');
    const writing = kit.secrets.set('a', 'new').catch(() => undefined);
    await kit.backend.call(1).fail(failure('timeout'));
    await writing;
    expect(kit.secrets.peek('a')).toBeUndefined();
  });

  it('lets a read in flight answer the readers that waited, and no later ones', async () => {
    const kit = plainCache();
    const before = outcome(kit.secrets.get('a'));
    const writing = kit.secrets.set('a', 'new');
    await kit.backend.call(1).answer();
    await writing;
    const after = outcome(kit.secrets.get('a'));
    await kit.backend.call(0).answer('old');
    await kit.backend.call(2).answer('new');
    expect([await before, await after]).toEqual(['old', 'new']);
    expect(await outcome(kit.secrets.get('a'))).toBe('new');
  });
});

describe('invalidate', () => {
  it('makes the next read fetch, also while an older request is in flight', async () => {
    const kit = plainCache();
    const before = outcome(kit.secrets.get('a'));
    kit.secrets.invalidate('a');
    const after = outcome(kit.secrets.get('a'));
    await kit.backend.call(1).answer('new');
    await kit.backend.call(0).answer('old');
    expect([await before, await after]).toEqual(['old', 'new']);
    expect(kit.secrets.peek('a')?.reveal()).toBe('new');
  });

  it.each([
    { target: 'one ref', left: ['b', 'a@acct_1', 'a@acct_1/usr_1', 'a@acct_2'] },
    { target: 'a scope and its users', left: ['a', 'b', 'a@acct_2'] },
    { target: 'everything', left: [] },
  ])('removes $target', async ({ target, left }) => {
    const kit = plainCache();
    const refs = {
      a: { name: 'a' },
      b: { name: 'b' },
      'a@acct_1': { name: 'a', scope: { account: 'acct_1' } },
      'a@acct_1/usr_1': { name: 'a', scope: { account: 'acct_1', user: 'usr_1' } },
      'a@acct_2': { name: 'a', scope: { account: 'acct_2' } },
    };
    for (const ref of Object.values(refs)) {
      const read = kit.secrets.get(ref);
      await kit.backend.calls.at(-1)?.answer('value');
      await read;
    }
    if (target === 'one ref') kit.secrets.invalidate('a');
    else if (target === 'everything') kit.secrets.invalidate();
    else kit.secrets.scoped({ account: 'acct_1' }).invalidate();
    expect(
      Object.entries(refs)
        .filter(([, ref]) => kit.secrets.peek(ref))
        .map(([key]) => key),
    ).toEqual(left);
  });

  it.each([
    { target: 'a scope and its users', scope: { account: 'acct_1' }, stale: ['1', '1/1'] },
    { target: 'one user of an account', scope: { account: 'acct_1', user: 'usr_1' }, stale: ['1/1'] },
    { target: 'a user of the default account', scope: { user: 'usr_1' }, stale: ['0/1'] },
    { target: 'the default account and its users', scope: {}, stale: ['0', '0/1'] },
  ])(
    'of $target leaves the requests in flight to their readers, and keeps the rest',
    async ({ scope, stale }) => {
      const kit = plainCache();
      const refs: Record<string, SecretRef> = {
        '0': { name: 'a' },
        '0/1': { name: 'a', scope: { user: 'usr_1' } },
        '1': { name: 'a', scope: { account: 'acct_1' } },
        '1/1': { name: 'a', scope: { account: 'acct_1', user: 'usr_1' } },
        '1/2': { name: 'a', scope: { account: 'acct_1', user: 'usr_2' } },
        '2/1': { name: 'a', scope: { account: 'acct_2', user: 'usr_1' } },
      };
      if (scope.account !== undefined && scope.user === undefined) stale.push('1/2');
      const reads = Object.values(refs).map((ref) => kit.secrets.get(ref));
      kit.stack.memory?.invalidate?.({ scope });
      for (const call of kit.backend.calls) await call.answer('old');
      for (const read of reads) expect((await read)?.reveal()).toBe('old');
      const shown = Object.entries(refs).filter(([, ref]) => kit.secrets.peek(ref));
      expect(shown.map(([key]) => key)).toEqual(Object.keys(refs).filter((key) => !stale.includes(key)));
    },
  );

  it('reaches an inner cache', async () => {
    const backend = heldBackend();
    const secrets = createSecrets(compose(cache(), cache())(backend.provider));
    const read = secrets.get('a');
    await backend.call(0).answer('old');
    await read;
    secrets.invalidate('a');
    void secrets.get('a');
    expect(backend.calls).toHaveLength(2);
  });
});

describe('an invalidated scope', () => {
  it('of a client within one user is that user of the default account only', async () => {
    let value = 'old';
    const provider: SecretProvider = {
      name: 'accounts',
      canonical: ({ name, scope }) => ({ name, scope: { account: 'acct_default', ...scope } }),
      get: async () => seal(value),
    };
    const secrets = createSecrets(cache()(provider));
    const scopes = [
      { user: 'usr_1' },
      { account: 'acct_default', user: 'usr_1' },
      { account: 'acct_2', user: 'usr_1' },
    ];
    const read = (): Promise<readonly string[]> =>
      Promise.all(scopes.map(async (scope) => (await secrets.scoped(scope).require('a')).reveal()));
    await read();
    value = 'new';
    secrets.scoped({ user: 'usr_1' }).invalidate();
    expect(await read()).toEqual(['new', 'new', 'old']);
  });

  it('that has no canonical form covers everything', async () => {
    let value = 'old';
    const canonical = (ref: SecretRef): SecretRef => {
      if (ref.name === 'any') throw new Error('CANARY');
      return ref;
    };
    const secrets = createSecrets(cache()({ name: 'failing', canonical, get: async () => seal(value) }));
    const scoped = secrets.scoped({ account: 'acct_1' });
    await scoped.require('a');
    value = 'new';
    scoped.invalidate();
    expect((await scoped.require('a')).reveal()).toBe('new');
  });

  it('is the canonical scope of the backend', async () => {
    let value = 'value-1';
    const secrets = createSecrets(
      cache()({
        name: 'folding',
        canonical: ({ name, scope }) =>
          scope?.account === undefined ? { name } : { name, scope: { account: scope.account.toLowerCase() } },
        get: async () => seal(value),
      } satisfies SecretProvider),
    ).scoped({ account: 'ACCT' });
    await secrets.get('a');
    value = 'value-2';
    expect((await secrets.require('a')).reveal()).toBe('value-1');
    secrets.invalidate();
    expect((await secrets.require('a')).reveal()).toBe('value-2');
  });
});

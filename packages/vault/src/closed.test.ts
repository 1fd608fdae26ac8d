import { seal } from '@secretkit/core';
import { isSecretError } from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeVault } from '../test/fake-vault.js';
import { appRole } from './vault-auth.js';
import type { VaultSecretsOptions } from './vault-options.js';
import { type VaultSecrets, vaultSecrets } from './vault-secrets.js';

const second = 1_000;
const ref = { name: 'a' };

function setUp(options: Partial<VaultSecretsOptions>) {
  const vault = fakeVault(() => Date.now());
  const provider = vaultSecrets({
    address: 'https://vault.example',
    mount: 'kv',
    kvVersion: 2,
    key: 'value',
    leases: ['database/creds'],
    fetch: vault.fetch,
    ...options,
  }) as VaultSecrets & Required<Pick<VaultSecrets, 'list' | 'hold'>>; // by these options
  return { vault, provider };
}

const kinds: readonly (readonly [string, () => Partial<VaultSecretsOptions>])[] = [
  ['a given token', () => ({ token: 'CANARY-given' })],
  ['a token of a function', () => ({ token: () => 'CANARY-given' })],
  ['an agent', () => ({})],
  ['a login', () => ({ auth: appRole({ roleId: 'a-role' }) })],
];

const calls: readonly (readonly [
  string,
  (provider: ReturnType<typeof setUp>['provider']) => Promise<unknown>,
])[] = [
  ['get', (provider) => provider.get(ref, {})],
  ['get of a version', (provider) => provider.get({ ...ref, version: '1' }, {})],
  ['get of a scope', (provider) => provider.get({ ...ref, scope: { account: 'a' } }, {})],
  ['get of a leased secret', (provider) => provider.get({ name: 'database/creds/app' }, {})],
  ['set', (provider) => provider.set(ref, seal('a'), {})],
  ['compareAndSet', (provider) => provider.compareAndSet(ref, seal('a'), undefined, {})],
  ['delete', (provider) => provider.delete(ref, {})],
  ['list', (provider) => provider.list({}, {})],
  ['listVersions', (provider) => provider.listVersions(ref, {})],
];

const codeOf = (run: Promise<unknown>): Promise<string> =>
  run.then(
    () => 'done',
    (error: unknown) => (isSecretError(error) ? error.code : String(error)),
  );

describe.each(kinds)('after a close, with %s,', (_, options) => {
  it.each(calls)('%s is closed, without a request', async (__, call) => {
    const { vault, provider } = setUp(options());
    await provider[Symbol.asyncDispose]();
    const before = vault.requests.length;
    expect(await codeOf(call(provider))).toBe('closed');
    expect(vault.requests).toHaveLength(before);
  });

  it('a call that waits for its turn, or has more requests to send, sends none', async () => {
    const { vault, provider } = setUp({ ...options(), maxRequests: 1 });
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    vault.answer = async ({ path }) => {
      if (!path.startsWith('kv/')) return [200, { auth: { client_token: 'CANARY-a', lease_duration: 60 } }];
      await answered;
      return [200, { data: { keys: ['folder/'], data: { value: 'a' }, metadata: { version: 1 } } }];
    };
    const listing = codeOf(provider.list({}, {}));
    await vi.waitFor(() => expect(vault.count('kv/')).toBe(1), { timeout: 10_000 });
    const waiting = codeOf(provider.get(ref, {}));
    const closing = provider[Symbol.asyncDispose]();
    expect(await codeOf(provider.get(ref, {}))).toBe('closed');
    answer();
    await closing;
    expect(await Promise.all([listing, waiting])).toEqual(['closed', 'closed']);
    expect(vault.count('kv/')).toBe(1);
  });
});

describe('a close', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('takes 5 s at most, whatever hangs', async () => {
    for (const hanging of [
      'auth/token/revoke-self',
      'sys/leases/revoke',
      'database/',
      'auth/approle/login',
    ]) {
      for (const [, options] of kinds) {
        const { vault, provider } = setUp(options());
        vault.answer = ({ path }) => {
          if (path.startsWith(hanging)) return new Promise(() => undefined);
          if (!path.startsWith('database/')) return undefined;
          return [
            200,
            { lease_id: `${path}/1`, lease_duration: 3_600, renewable: true, data: { password: 'a' } },
          ];
        };
        void codeOf(provider.get({ name: 'database/creds/app' }, {}));
        await vi.advanceTimersByTimeAsync(second);
        let isClosed = false;
        const closing = codeOf(provider[Symbol.asyncDispose]()).then((code) => {
          isClosed = true;
          return code;
        });
        await vi.advanceTimersByTimeAsync(5 * second);
        expect([hanging, isClosed]).toEqual([hanging, true]);
        expect(['done', 'unavailable']).toContain(await closing);
      }
    }
  });

  it('that is called again is the same one', async () => {
    const { vault, provider } = setUp({ auth: appRole({ roleId: 'a-role' }) });
    await provider.get(ref, {});
    await Promise.all([provider[Symbol.asyncDispose](), provider[Symbol.asyncDispose]()]);
    await provider[Symbol.asyncDispose]();
    expect(vault.count('auth/token/revoke-self')).toBe(1);
  });
});

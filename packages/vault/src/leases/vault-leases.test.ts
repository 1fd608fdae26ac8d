import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { isSecretError } from '@secretkit/core/provider';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeRequest, fakeVault } from '../../test/fake-vault.js';
import { appRole } from '../vault-auth.js';
import type { VaultSecretsOptions } from '../vault-options.js';
import { vaultSecrets } from '../vault-secrets.js';

const ref = { name: 'database/creds/app' };
const hour = 3_600_000;
const auth = appRole({ roleId: 'a-role', secretId: 'CANARY-secret-id' });

/** A server whose database engine makes accounts with leases of an hour, each renewed by an hour. */
function setUp(options: Partial<VaultSecretsOptions> = {}) {
  const now = (): number => Date.now();
  const vault = fakeVault(now);
  const leases = { made: 0, headers: {}, fields: {} };
  let failing: ((request: FakeRequest) => readonly [number, object?] | undefined) | undefined;
  vault.ttlMs = 24 * hour;
  vault.answer = (request) => {
    const failure = failing?.(request);
    if (failure) return failure;
    if (request.path === 'sys/leases/renew') return [200, { lease_duration: 3_600, renewable: true }];
    if (request.path === 'sys/leases/revoke') return [204];
    if (!request.path.startsWith('database/')) return undefined;
    leases.made += 1;
    const data = { username: `user-${leases.made}`, password: 'CANARY-password' };
    const id = `database/creds/app/${leases.made}`;
    const lease = { lease_id: id, lease_duration: 3_600, renewable: true, data, ...leases.fields };
    return [200, lease, leases.headers];
  };
  const provider = vaultSecrets({
    address: 'https://vault.example',
    mount: 'kv',
    kvVersion: 2,
    leases: ['database/creds'],
    fetch: vault.fetch,
    now,
    random: () => 0,
    ...(options.token === undefined && { auth }),
    ...options,
  });
  const read = async (): Promise<string> => {
    const secret = await provider.get(ref, {});
    return secret ? (JSON.parse(secret.reveal()) as { username: string }).username : 'missing';
  };
  const fail = (answer: typeof failing): void => {
    failing = answer;
  };
  return { vault, leases, provider, secrets: createSecrets(provider), read, fail };
}

const errors = (...texts: readonly string[]): object => ({ errors: texts });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the renewal of a lease', () => {
  it.each([
    [400, ['lease not found']],
    [400, ['invalid lease']],
    [400, ['lease expired']],
    [400, ['failed to renew entry: past the max TTL, cannot renew']],
  ])('that is answered with %i %j ends it, and another account is made', async (status, texts) => {
    const { read, fail } = setUp();
    expect(await read()).toBe('user-1');
    fail(({ path }) => (path === 'sys/leases/renew' ? [status, errors(...texts)] : undefined));
    await vi.advanceTimersByTimeAsync(0.7 * hour);
    expect(await read()).toBe('user-2');
  });

  it.each([
    [307, []],
    [400, ['failed to renew entry: failed to connect: context canceled']],
    [400, ['failed to renew entry: unable to update user: dial tcp: connection refused']],
    [403, ['1 error occurred:\n\t* permission denied\n\n']],
    [404, ['no handler for route']],
    [412, []],
    [429, ['request path "sys/leases/renew": rate limit quota exceeded']],
    [500, ['local node not active but active cluster node not found']],
    [503, ['Vault is sealed']],
  ])('that is answered with %i %j is repeated, and no other account is made', async (status, texts) => {
    const { vault, leases, read, fail } = setUp();
    expect(await read()).toBe('user-1');
    fail(({ path }) => (path === 'sys/leases/renew' ? [status, errors(...texts)] : undefined));
    await vi.advanceTimersByTimeAsync(0.9 * hour);
    expect(await read()).toBe('user-1');
    expect(vault.count('sys/leases/renew')).toBeGreaterThan(3);
    fail(undefined);
    await vi.advanceTimersByTimeAsync(0.3 * hour);
    expect(await read()).toBe('user-1');
    expect(leases.made).toBe(1);
  });

  it('asks for its first length', async () => {
    const { vault, read } = setUp();
    await read();
    await vi.advanceTimersByTimeAsync(0.7 * hour);
    const renewal = vault.requests.find(({ path }) => path === 'sys/leases/renew');
    expect(renewal?.body).toEqual({ lease_id: 'database/creds/app/1', increment: 3_600 });
  });
});

describe('the answer with a lease', () => {
  it('is aged by a proxy', async () => {
    const { leases, provider } = setUp();
    leases.headers = { age: '600' };
    const secret = await provider.get(ref, {});
    expect(Number(secret?.expiresAt) - Date.now()).toBe(3_000_000);
  });

  it.each([
    ['without data', { data: null }, 'no id'],
    ['of no length', { lease_duration: 0 }, 'database/creds/app/1'],
    ['of no number', { lease_duration: 'CANARY' }, 'database/creds/app/1'],
    ['with an id that is not a text', { lease_id: 7 }, 'no id'],
    ['with a number that is not exact', { data: { id: 2 ** 60 } }, 'database/creds/app/1'],
  ])('that is %s is invalid_data, and its account is revoked', async (_, fields, revoked) => {
    const { vault, leases, provider } = setUp();
    leases.fields = fields;
    const error: unknown = await provider.get(ref, {}).catch((failure: unknown) => failure);
    expect(isSecretError(error, 'invalid_data')).toBe(true);
    expect(inspect(error)).not.toContain('CANARY');
    const ids = vault.requests
      .filter(({ path }) => path === 'sys/leases/revoke')
      .map(({ body }) => body.lease_id);
    expect(ids[0] ?? 'no id').toBe(revoked);
  });

  it('that is longer than a date is one of ten years', async () => {
    const { leases, provider } = setUp({ token: 'CANARY-given' });
    leases.fields = { lease_duration: 9e15 };
    const secret = await provider.get(ref, {});
    expect(secret?.expiresAt?.getUTCFullYear()).toBe(new Date().getUTCFullYear() + 10);
  });

  it.each([
    [400, errors('unknown role: app')],
    [404, errors()],
  ])('is missing for %i %j', async (status, body) => {
    const { read, fail } = setUp();
    fail(({ path }) => (path.startsWith('database/') ? [status, body] : undefined));
    expect(await read()).toBe('missing');
  });

  it.each([
    [404, errors('no handler for route "database/creds/app". route entry not found.')],
    [404, errors('1 error occurred:\n\t* unsupported path\n\n')],
    [503, errors('Vault is sealed')],
  ])('is an error for %i %j', async (status, body) => {
    const { provider, fail } = setUp();
    fail(({ path }) => (path.startsWith('database/') ? [status, body] : undefined));
    await expect(provider.get(ref, {})).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('the login of leases', () => {
  it('is renewed by a timer while there are leases, although nobody reads', async () => {
    const { vault, read } = setUp();
    vault.ttlMs = hour;
    await read();
    await vi.advanceTimersByTimeAsync(0.7 * hour);
    expect(vault.count('auth/token/renew-self')).toBe(1);
  });

  it('has a successor before its maximum, and so do its accounts', async () => {
    const { vault, leases, read } = setUp();
    [vault.ttlMs, vault.maxTtlMs] = [20_000, 20_000];
    leases.fields = { lease_duration: 36_000 };
    for (let at = 0; at < 60; at += 1) {
      const number = Number((await read()).replace('user-', ''));
      const { token } = vault.requests.filter(({ path }) => path.startsWith('database/'))[number - 1] ?? {};
      expect(vault.tokens.get(token ?? '')).toBeGreaterThan(Date.now());
      await vi.advanceTimersByTimeAsync(1_000);
    }
    expect(leases.made).toBeLessThan(8);
  });

  it('that has died takes its accounts along', async () => {
    const { vault, read, secrets } = setUp();
    expect(await read()).toBe('user-1');
    vault.tokens.clear();
    await secrets.get('of the key-values'); // it finds the dead token
    expect(await read()).toBe('user-2');
  });

  it('that is given from a file is followed to the next one', async () => {
    vi.setSystemTime(0);
    let token = 'CANARY-given';
    const { vault, read, leases } = setUp({ token: () => token });
    vault.tokens.set('CANARY-next', Infinity);
    const { answer } = vault;
    vault.answer = (request) => {
      if (request.path !== 'auth/token/lookup-self') return answer?.(request);
      const ttl = request.token === 'CANARY-given' ? 60 - Math.floor(Date.now() / 1_000) : 0;
      return [200, { data: { ttl } }];
    };
    expect(await read()).toBe('user-1');
    token = 'CANARY-next';
    await vi.advanceTimersByTimeAsync(50_000);
    expect(await read()).toBe('user-2');
    expect(leases.made).toBe(2);
  });
});

describe('a token of a file that changes', () => {
  it('while an account is made does not change how long the account lives', async () => {
    vi.setSystemTime(0);
    let token = 'CANARY-given';
    const { vault, provider, leases } = setUp({ token: () => token });
    vault.tokens.set('CANARY-next', Infinity);
    const { answer } = vault;
    vault.answer = (request) => {
      if (request.path === 'auth/token/lookup-self') {
        return [200, { data: { ttl: request.token === 'CANARY-given' ? 60 : 0 } }];
      }
      if (request.path.startsWith('database/')) token = 'CANARY-next'; // the file is written now
      return answer?.(request);
    };
    const secret = await provider.get(ref, {});
    expect(secret?.expiresAt?.getTime()).toBe(60_000); // with the token that made it
    const lookups = vault.requests.filter(({ path }) => path === 'auth/token/lookup-self');
    expect(lookups.map((request) => request.token)).toEqual(['CANARY-given']);
    await vi.advanceTimersByTimeAsync(50_000);
    await provider.get(ref, {});
    expect(leases.made).toBe(2); // by the next token, before the end of the first one
    await provider[Symbol.asyncDispose]?.();
  });
});

describe('a ref below the option leases', () => {
  it('is not one of the key-values with the same name', () => {
    const { provider } = setUp({ prefix: 'database/' });
    const leased = provider.canonical(ref);
    expect(leased.name).not.toBe(provider.canonical({ name: 'creds/app' }).name);
  });

  it('has no scope and no older version', async () => {
    const { provider, leases } = setUp();
    expect(await provider.get({ ...ref, scope: { account: 'a' } }, {})).toBeUndefined();
    expect(await provider.get({ ...ref, version: '7' }, {})).toBeUndefined();
    expect((await provider.get({ ...ref, version: '1' }, {}))?.version).toBe('1');
    expect(leases.made).toBe(1);
  });

  it.each([
    ['database', '"CANARY"', TypeError],
    ['a list of other things', [5], TypeError],
    ['a path with a slash around it', ['/database'], TypeError],
    ['a path that leaves the API', ['database/..'], TypeError],
  ])('must be below a path: %s', (_, leases, error) => {
    expect(() => setUp({ leases: leases as readonly string[] })).toThrow(error);
    expect(() => setUp({ leases: leases as readonly string[] })).toThrow(/vaultSecrets: leases/);
  });

  it('is unsupported on a runtime without timers between requests', async () => {
    const { provider, leases } = setUp();
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    try {
      await expect(provider.get(ref, {})).rejects.toMatchObject({ code: 'unsupported' });
    } finally {
      vi.unstubAllGlobals();
    }
    expect(leases.made).toBe(0);
  });

  it('cannot be held without the option', () => {
    const options = { address: 'https://vault.example', mount: 'kv' };
    expect('hold' in vaultSecrets(options)).toBe(false);
  });
});

describe('a close', () => {
  it.each([400, 500])('while a renewal is in flight that answers %i makes no account', async (status) => {
    const { vault, leases, provider, read, fail } = setUp({ token: 'CANARY-given' });
    await read();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const { answer: usual } = vault;
    vault.answer = async (request) => {
      if (request.path === 'sys/leases/renew') await answered;
      return usual?.(request) ?? [204];
    };
    fail(({ path }) => (path === 'sys/leases/renew' ? [status, errors('lease not found')] : undefined));
    await vi.advanceTimersByTimeAsync(0.7 * hour);
    const fresh = provider.get(ref, { fresh: true }).catch((error: unknown) => error);
    const closing = provider[Symbol.asyncDispose]?.();
    answer();
    await vi.advanceTimersByTimeAsync(60_000);
    await closing;
    expect(await fresh).toMatchObject({ code: 'closed' });
    expect(leases.made).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('reports an account that is still being made, and revokes it when it is there', async () => {
    const { vault, provider } = setUp({ token: 'CANARY-given' });
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const { answer: usual } = vault;
    vault.answer = async (request) => {
      if (request.path.startsWith('database/')) await answered;
      return usual?.(request) ?? [204];
    };
    const reading = provider.get(ref, {}).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(1);
    const closing = provider[Symbol.asyncDispose]?.().catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await closing).toMatchObject({ code: 'unavailable' });
    answer();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await reading).toMatchObject({ code: 'closed' });
    expect(vault.count('sys/leases/revoke')).toBe(1);
  });
});

it('has its successor before the end of a token that another login has replaced', async () => {
  const { vault, leases, provider, read } = setUp();
  vault.ttlMs = hour / 2;
  await read();
  const holding = provider.hold?.(ref, '1');
  vault.deniedBefore = 2;
  await provider.get({ name: 'a' }, {}); // a policy refuses the first token
  expect(vault.count('auth/approle/login')).toBe(2);
  await vi.advanceTimersByTimeAsync(hour / 2 - 60_000);
  expect(leases.made).toBe(2);
  holding?.[Symbol.dispose]();
  await provider[Symbol.asyncDispose]?.();
});

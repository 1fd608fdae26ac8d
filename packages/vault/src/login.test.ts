import { inspect } from 'node:util';
import { createSecrets, type Secrets } from '@secretkit/core';
import { fakeClock } from '@secretkit/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FakeVault, fakeVault } from '../test/fake-vault.js';
import { appRole, jwt } from './vault-auth.js';
import type { VaultSecretsOptions } from './vault-options.js';
import { vaultSecrets } from './vault-secrets.js';

const hour = 3_600_000;
const auth = appRole({ roleId: 'a-role', secretId: 'CANARY-secret-id' });

function setUp(options: Partial<VaultSecretsOptions> = {}) {
  const { now, advance } = fakeClock();
  const vault = fakeVault(now);
  const provider = vaultSecrets({
    address: 'https://vault.example',
    mount: 'kv',
    kvVersion: 2,
    key: 'value',
    fetch: vault.fetch,
    now,
    random: () => 0.5,
    ...(options.token === undefined && { auth }),
    ...options,
  });
  return { vault, now, advance, provider, secrets: createSecrets(provider) };
}

async function readBy(secrets: Secrets, readers: number): Promise<readonly string[]> {
  const read = await Promise.all(Array.from({ length: readers }, (_, at) => secrets.get(`secret-${at}`)));
  return read.map((secret) => secret?.reveal() ?? 'missing');
}

function failure(read: Promise<unknown>): Promise<unknown> {
  return read.then(
    () => 'none',
    (error: unknown) => error,
  );
}

/** The tokens of the requests for secrets. */
function tokensOf({ requests }: FakeVault): readonly (string | undefined)[] {
  return requests.filter(({ path }) => path.startsWith('kv/')).map(({ token }) => token);
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a login', () => {
  it('serves all readers that wait for it, and the later ones', async () => {
    const { vault, secrets } = setUp();
    expect(new Set(await readBy(secrets, 100))).toEqual(new Set(['a value']));
    await readBy(secrets, 10);
    expect(vault.count('auth/approle/login')).toBe(1);
    expect(vault.requests[0]).toMatchObject({
      method: 'POST',
      token: undefined,
      body: { role_id: 'a-role', secret_id: 'CANARY-secret-id' },
    });
  });

  it.each([
    [400, { errors: ['invalid role or secret ID'] }, 'unauthenticated'],
    [400, { errors: ['CANARY'] }, 'unauthenticated'],
    [403, { errors: ['permission denied'] }, 'unauthenticated'],
    [400, { errors: ['failed to write: context canceled'] }, 'unavailable'],
    [404, { errors: ['no handler for route "auth/approle/login". route entry not found.'] }, 'unavailable'],
    [429, { errors: ['CANARY'] }, 'rate_limited'],
    [500, { errors: ['CANARY'] }, 'unavailable'],
    [503, { errors: ['Vault is sealed'] }, 'unavailable'],
    [200, { auth: null }, 'invalid_data'],
    [200, { auth: { client_token: '', mfa_requirement: {} } }, 'invalid_data'],
  ])('that is answered with %i %j is %s, and the next read tries again', async (status, body, code) => {
    const { vault, secrets } = setUp();
    vault.answer = ({ path }) => (path.endsWith('/login') ? [status, body] : undefined);
    const error = await failure(secrets.get('a'));
    expect(error).toMatchObject({ code });
    expect(inspect(error)).not.toContain('CANARY');
    vault.answer = undefined;
    expect(await readBy(secrets, 1)).toEqual(['a value']);
  });

  it('ends for the reader that leaves, and is aborted when the last one has left', async () => {
    const { vault, secrets } = setUp();
    let finish = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    vault.answer = ({ path }) => (path.endsWith('/login') ? held.then(() => undefined as never) : undefined);
    const [one, other] = [new AbortController(), new AbortController()];
    const leaving = failure(secrets.get('a', { signal: one.signal }));
    const staying = secrets.get('b');
    await vi.waitFor(() => expect(vault.requests).toHaveLength(1), { timeout: 10_000 });
    one.abort('left');
    expect(await leaving).toBe('left');
    finish();
    expect((await staying)?.reveal()).toBe('a value');
    expect(vault.count('auth/approle/login')).toBe(1);

    vault.tokens.clear();
    vault.answer = ({ path }) => (path.endsWith('/login') ? new Promise(() => undefined) : undefined);
    const last = failure(secrets.get('a', { signal: other.signal }));
    await vi.waitFor(() => expect(vault.count('auth/approle/login')).toBe(2), { timeout: 10_000 });
    other.abort('left, too');
    expect(await last).toBe('left, too');
    await vi.waitFor(() => expect(vault.requests.at(-1)?.signal?.aborted).toBe(true), { timeout: 10_000 });
  });

  it('uses the namespace of the auth method, which is that of the engine unless one is given', async () => {
    const same = setUp({ namespace: 'team' });
    await readBy(same.secrets, 1);
    expect(same.vault.requests.map(({ headers }) => headers.get('x-vault-namespace'))).toEqual([
      'team',
      'team',
    ]);
    const other = setUp({ namespace: 'team/app', authNamespace: 'team' });
    await readBy(other.secrets, 1);
    expect(other.vault.requests.map(({ headers }) => headers.get('x-vault-namespace'))).toEqual([
      'team',
      'team/app',
    ]);
  });

  it('sends a JWT that is asked for at each login, and the role', async () => {
    let count = 0;
    const identity = jwt({ jwt: () => `CANARY-jwt-${(count += 1)}`, role: 'app', mount: 'team/oidc' });
    const { vault, secrets, advance } = setUp({ auth: identity });
    await readBy(secrets, 1);
    advance(2 * hour);
    await readBy(secrets, 1);
    const logins = vault.requests.filter(({ path }) => path === 'auth/team/oidc/login');
    expect(logins.map(({ body }) => body)).toEqual([
      { jwt: 'CANARY-jwt-1', role: 'app' },
      { jwt: 'CANARY-jwt-2', role: 'app' },
    ]);
  });
});

describe('a wrapped secret id', () => {
  it('is unwrapped once, and kept for the next login', async () => {
    const { vault, secrets, advance } = setUp({
      auth: appRole({ roleId: 'a-role', wrappedSecretId: () => 'CANARY-wrapping' }),
    });
    vault.answer = ({ path }) =>
      path === 'sys/wrapping/unwrap' ? [200, { data: { secret_id: 'CANARY-unwrapped' } }] : undefined;
    await readBy(secrets, 1);
    advance(2 * hour);
    await readBy(secrets, 1);
    const unwraps = vault.requests.filter(({ path }) => path === 'sys/wrapping/unwrap');
    expect(unwraps.map(({ token }) => token)).toEqual(['CANARY-wrapping']);
    const logins = vault.requests.filter(({ path }) => path.endsWith('/login'));
    expect(logins.map(({ body }) => body['secret_id'])).toEqual(['CANARY-unwrapped', 'CANARY-unwrapped']);
  });

  it.each([
    [400, { errors: ['wrapping token is not valid or does not exist'] }, 'unauthenticated'],
    [200, { data: { other: 'CANARY' } }, 'invalid_argument'],
    [503, { errors: [] }, 'unavailable'],
  ])('whose unwrapping is answered with %i %j is %s', async (status, body, code) => {
    const { vault, secrets } = setUp({
      auth: appRole({ roleId: 'a-role', wrappedSecretId: 'CANARY-wrapping' }),
    });
    vault.answer = ({ path }) => (path === 'sys/wrapping/unwrap' ? [status, body] : undefined);
    const error = await failure(secrets.get('a'));
    expect(error).toMatchObject({ code });
    expect(inspect(error)).not.toContain('CANARY');
  });
});

describe('a token of a login', () => {
  it('is renewed after two thirds of its life, beside a read, for as long as it lived first', async () => {
    const { vault, secrets, advance } = setUp();
    await readBy(secrets, 1);
    advance((hour * 2) / 3 - 1);
    await readBy(secrets, 10);
    expect(vault.count('auth/token/renew-self')).toBe(0);
    advance(1);
    await readBy(secrets, 10);
    await vi.waitFor(() => expect(vault.tokens.get('CANARY-token-1')).toBeGreaterThan(0), {
      timeout: 10_000,
    });
    expect(vault.count('auth/token/renew-self')).toBe(1);
    expect(vault.requests.find(({ path }) => path.endsWith('renew-self'))?.body).toEqual({
      increment: 3_600,
    });
    for (let i = 0; i < 24; i += 1) {
      advance((hour * 2) / 3);
      await readBy(secrets, 1);
      await new Promise(setImmediate);
    }
    expect(vault.count('auth/approle/login')).toBe(1);
    expect(new Set(tokensOf(vault))).toEqual(new Set(['CANARY-token-1']));
  });

  it('survives failed renewals, which are repeated with a backoff until its end', async () => {
    const { vault, secrets, advance } = setUp();
    await readBy(secrets, 1);
    vault.answer = ({ path }) =>
      path.endsWith('renew-self') ? [503, { errors: ['Vault is sealed'] }] : undefined;
    advance((hour * 2) / 3);
    for (let i = 0; i < 60; i += 1) {
      expect(await readBy(secrets, 1)).toEqual(['a value']);
      await new Promise(setImmediate);
      advance(10_000);
    }
    const attempts = vault.count('auth/token/renew-self');
    expect(attempts).toBeGreaterThan(4);
    expect(attempts).toBeLessThan(15);
    vault.answer = undefined;
    advance(5 * 60_000);
    await readBy(secrets, 1);
    await new Promise(setImmediate);
    advance(hour / 2);
    await readBy(secrets, 1);
    expect(vault.count('auth/approle/login')).toBe(1);
  });

  it('that cannot be renewed is followed by another login before its end', async () => {
    const { vault, secrets, advance } = setUp();
    vault.isRenewable = false;
    await readBy(secrets, 1);
    advance((hour * 2) / 3);
    await readBy(secrets, 1); // it starts the login
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    await readBy(secrets, 1);
    expect(tokensOf(vault)).toEqual(['CANARY-token-1', 'CANARY-token-1', 'CANARY-token-2']);
    expect(vault.count('auth/token/renew-self')).toBe(0);
  });

  it('that has reached its maximum is followed by another login, and is not revoked before the end', async () => {
    const { vault, secrets, advance } = setUp();
    vault.maxTtlMs = 1.5 * hour;
    for (let i = 0; i < 12; i += 1) {
      await readBy(secrets, 1);
      await new Promise(setImmediate);
      await new Promise(setImmediate);
      advance(hour / 6);
    }
    expect(vault.count('auth/approle/login')).toBe(2);
    expect(vault.count('auth/token/revoke-self')).toBe(0);
    expect(vault.requests.filter(({ path }) => path.startsWith('kv/'))).toHaveLength(12);
  });

  it('that has ended without a read is replaced by a login', async () => {
    const { vault, secrets, advance } = setUp();
    await readBy(secrets, 1);
    advance(hour);
    await readBy(secrets, 5);
    expect(vault.count('auth/approle/login')).toBe(2);
    expect(vault.count('auth/token/renew-self')).toBe(0);
  });

  it('without an end is not renewed', async () => {
    const { vault, secrets, advance } = setUp();
    vault.answer = ({ path }) =>
      path.endsWith('/login')
        ? [200, { auth: { client_token: 'CANARY-given', lease_duration: 0, renewable: false } }]
        : undefined;
    await readBy(secrets, 1);
    advance(10_000 * hour);
    await readBy(secrets, 1);
    expect(vault.requests).toHaveLength(3);
  });

  it.each([
    [['permission denied']],
    [['2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n']],
    [['permission denied', 'invalid token']],
  ])(
    'that is dead (%j) is replaced by one login for all readers, with one more request each',
    async (texts) => {
      const { vault, secrets } = setUp();
      vault.deadTexts = texts;
      await readBy(secrets, 1);
      vault.tokens.clear();
      expect(new Set(await readBy(secrets, 20))).toEqual(new Set(['a value']));
      expect(vault.count('auth/approle/login')).toBe(2);
      expect(vault.count('kv/')).toBe(1 + 20 + 20);
    },
  );

  it('that is refused from its start, as one from a wrong address is, is followed by one login a minute', async () => {
    const { vault, advance, secrets, provider } = setUp();
    vault.answer = ({ path }) =>
      path.startsWith('kv/') ? [403, { errors: ['permission denied'] }] : undefined;
    for (let at = 0; at < 20; at += 1)
      expect(await failure(secrets.get('a', { fresh: true }))).toMatchObject({ code: 'unauthenticated' });
    expect(vault.count('auth/approle/login')).toBe(2);
    advance(60_000);
    await failure(secrets.get('a', { fresh: true }));
    expect(vault.count('auth/approle/login')).toBe(3);
    await provider[Symbol.asyncDispose]?.();
    expect(vault.count('auth/token/revoke-self')).toBe(3);
  });

  it('that is dead at once again is unauthenticated, without more logins', async () => {
    const { vault, secrets } = setUp();
    vault.answer = ({ path }) =>
      path.startsWith('kv/') ? [403, { errors: ['permission denied'] }] : undefined;
    expect(await failure(secrets.get('a'))).toMatchObject({ code: 'unauthenticated' });
    expect(vault.count('auth/approle/login')).toBe(2);
  });

  it('that is older than a change of policy is replaced once a minute', async () => {
    const { vault, secrets, advance } = setUp();
    await readBy(secrets, 1);
    vault.deniedBefore = 2;
    expect(new Set(await readBy(secrets, 20))).toEqual(new Set(['a value']));
    expect(vault.count('auth/approle/login')).toBe(2);
    vault.deniedBefore = 1_000;
    for (let i = 0; i < 40; i += 1) {
      expect(await failure(secrets.get('a'))).toMatchObject({ code: 'permission_denied' });
      advance(2_000);
    }
    expect(vault.count('auth/approle/login')).toBe(3);
    expect(vault.count('auth/token/revoke-self')).toBe(0); // leases may depend on it
  });

  it('is kept alive by a timer where leases need it', async () => {
    vi.useFakeTimers();
    const now = () => Date.now();
    const vault = fakeVault(now);
    const { vaultHttp } = await import('./vault-http.js');
    const { methodLogin } = await import('./login.js');
    const send = vaultHttp({ owner: 'test', address: 'https://vault.example', fetch: vault.fetch });
    const login = methodLogin({ auth, send, now, random: () => 0.5 });
    const kept = login.keepAlive();
    await login.token(undefined);
    await vi.advanceTimersByTimeAsync(24 * hour);
    expect(vault.count('auth/approle/login')).toBe(1);
    expect(vault.count('auth/token/renew-self')).toBe(36);
    kept[Symbol.dispose]();
    kept[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(24 * hour);
    expect(vault.count('auth/token/renew-self')).toBe(36);
    await login.close();
  });
});

describe('close', () => {
  it('revokes the tokens of its logins, and no request follows', async () => {
    const { vault, secrets } = setUp();
    await readBy(secrets, 1);
    await secrets.close();
    expect(vault.requests.at(-1)).toMatchObject({ path: 'auth/token/revoke-self', token: 'CANARY-token-1' });
    const before = vault.requests.length;
    expect(await failure(secrets.get('a'))).toMatchObject({ code: 'closed' });
    expect(vault.requests).toHaveLength(before);
  });

  it('revokes nothing without a login, and no token that was given', async () => {
    const unused = setUp();
    await unused.secrets.close();
    expect(unused.vault.requests).toEqual([]);
    const given = setUp({ token: 'CANARY-given' });
    await readBy(given.secrets, 1);
    await given.secrets.close();
    expect(given.vault.count('auth/')).toBe(0);
  });

  it.each([
    ['1 error occurred:\n\t* permission denied\n\n', 'unavailable'],
    ['permission denied', 'none'],
  ])(
    'reports a token that a policy keeps from revoking itself, and none that is dead: %j',
    async (text, code) => {
      const { vault, provider, secrets } = setUp();
      await readBy(secrets, 1);
      vault.answer = () => [403, { errors: [text] }];
      const outcome = await failure(Promise.resolve(provider[Symbol.asyncDispose]()).then(() => undefined));
      expect((outcome as { code?: string }).code ?? outcome).toBe(code);
    },
  );

  it('reports a token that is left', async () => {
    const { vault, provider, secrets } = setUp();
    await readBy(secrets, 1);
    vault.answer = () => [503, { errors: ['Vault is sealed'] }];
    const error = await failure(provider[Symbol.asyncDispose]());
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('could not be revoked'),
    });
  });
});

describe('a given token', () => {
  it('is sent with each request; without one, an agent adds its own', async () => {
    const given = setUp({ token: 'CANARY-given' });
    await readBy(given.secrets, 2);
    expect(tokensOf(given.vault)).toEqual(['CANARY-given', 'CANARY-given']);
    const none = setUp({ token: undefined, auth: undefined } as object);
    none.vault.answer = () => [200, { data: { data: { value: 'of the agent' }, metadata: { version: 1 } } }];
    expect(await readBy(none.secrets, 1)).toEqual(['of the agent']);
    expect(none.vault.requests[0]?.headers.get('x-vault-request')).toBe('true');
  });

  it('that is dead is unauthenticated, and one without a policy permission_denied, after one request', async () => {
    const dead = setUp({ token: 'CANARY-dead' });
    expect(await failure(dead.secrets.get('a'))).toMatchObject({ code: 'unauthenticated' });
    const denied = setUp({ token: 'CANARY-given' });
    denied.vault.answer = () => [403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] }];
    expect(await failure(denied.secrets.get('a'))).toMatchObject({
      code: 'permission_denied',
      details: { status: 403 },
    });
    expect([dead.vault.requests.length, denied.vault.requests.length]).toEqual([1, 1]);
  });

  it('of a function is read anew: one that died is replaced', async () => {
    let current = 'CANARY-old';
    const { vault, secrets } = setUp({ token: () => current });
    vault.answer = ({ token }) => {
      if (token !== 'CANARY-old') return undefined;
      current = 'CANARY-given';
      return [403, { errors: ['permission denied'] }];
    };
    expect(await readBy(secrets, 1)).toEqual(['a value']);
    expect(tokensOf(vault)).toEqual(['CANARY-old', 'CANARY-given']);
  });

  it.each([undefined, '', ' CANARY', 5])(
    'that a function returns as %j is invalid_argument',
    async (wrong) => {
      const { vault, secrets } = setUp({ token: () => wrong as string });
      const error = await failure(secrets.get('a'));
      expect(error).toMatchObject({
        code: 'invalid_argument',
        message: expect.stringContaining('option token'),
      });
      expect(inspect(error)).not.toContain('CANARY');
      expect(vault.requests).toEqual([]);
    },
  );
});

describe('a cluster', () => {
  it('gets the index of the last write with each request, and forwards what its node does not have yet', async () => {
    const { vault, secrets } = setUp({ token: 'CANARY-given' });
    const written = [200, { data: { version: 1 } }, { 'x-vault-index': 'an-index' }] as const;
    vault.answer = ({ method, headers }) => {
      if (method === 'POST') return written;
      return headers.has('x-vault-inconsistent')
        ? undefined
        : [412, { errors: ['required index state not present'] }];
    };
    await secrets.set('a', 'CANARY-value');
    expect(await readBy(secrets, 1)).toEqual(['a value']);
    expect(vault.requests.map(({ headers }) => headers.get('x-vault-index'))).toEqual([
      null,
      'an-index',
      'an-index',
    ]);
    expect(vault.requests.at(-1)?.headers.get('x-vault-inconsistent')).toBe('forward-active-node');
    vault.answer = () => [412, { errors: ['required index state not present'] }];
    expect(await failure(secrets.get('a'))).toMatchObject({ code: 'unavailable' });
    expect(vault.requests).toHaveLength(5);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{}, undefined],
  ])('whose quota is reached is rate_limited, with %j', async (headers, retryAfterMs) => {
    const { vault, secrets } = setUp({ token: 'CANARY-given' });
    vault.answer = () => [429, { errors: ['CANARY'] }, headers];
    const error = await failure(secrets.get('a'));
    expect(error).toMatchObject({
      code: 'rate_limited',
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
    expect(inspect(error)).not.toContain('CANARY');
  });
});

describe('a close of the provider', () => {
  it('causes no other login, also not after a request that it has refused', async () => {
    const { vault, provider } = setUp();
    await provider.get({ name: 'a' }, {});
    vault.answer = async ({ path }) => {
      if (!path.startsWith('kv/')) return [204];
      await provider[Symbol.asyncDispose]?.();
      return [403, { errors: ['permission denied'] }];
    };
    expect(await failure(provider.get({ name: 'b' }, {}))).toMatchObject({ code: 'closed' });
    expect(vault.count('auth/approle/login')).toBe(1);
  });

  it('waits for a login in flight, and revokes its token', async () => {
    const { vault, provider } = setUp();
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    vault.answer = async ({ path }) => {
      if (!path.endsWith('/login')) return [204];
      await answered;
      return [200, { auth: { client_token: 'CANARY-token', lease_duration: 60, renewable: true } }];
    };
    const reading = failure(provider.get({ name: 'a' }, {}));
    await vi.waitFor(() => expect(vault.count('auth/approle/login')).toBe(1), { timeout: 10_000 });
    const closing = provider[Symbol.asyncDispose]?.();
    answer();
    await closing;
    expect(vault.count('auth/token/revoke-self')).toBe(1);
    expect(await reading).toMatchObject({ code: 'closed' });
  });
});

it.each([[null], [{}], [5], [{ path: 'auth/x/login', body: {} }]])(
  'a method whose login returns %j is invalid_argument that names auth',
  async (result) => {
    const { provider } = setUp({ auth: { method: 'own', login: async () => result as never } });
    expect(await failure(provider.get({ name: 'a' }, {}))).toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('auth'),
    });
  },
);

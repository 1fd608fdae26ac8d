import { inspect } from 'node:util';
import { createSecrets, type SecretProvider } from '@secretkit/core';
import { around } from '@secretkit/core/middleware';
import { SecretError } from '@secretkit/core/provider';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { counting } from '@secretkit/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FakeTokenServer, fakeTokenServer, first, type Script } from '../test/fake-token-server.js';
import type { OAuthEvent } from './oauth-event.js';
import type { OAuthTokensOptions } from './oauth-options.js';
import { type OAuthTokens, oauthTokens } from './oauth-tokens.js';

const scope = { account: 'acct_1' };
const hour = 3_600_000;

let server: FakeTokenServer;
let events: OAuthEvent[];

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2030-01-01T00:00:00Z') });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  server = fakeTokenServer();
  events = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A store without `compareAndSet`, as Stripe's. */
function withoutCompare(provider: SecretProvider): SecretProvider {
  const { get, set, delete: remove } = provider;
  return { name: 'plain', get: get.bind(provider), set: set!.bind(provider), delete: remove!.bind(provider) };
}

const stores = [
  ['with compareAndSet', (provider: SecretProvider) => provider],
  ['without compareAndSet', withoutCompare],
] as const;

function processOn(provider: SecretProvider, options: Partial<OAuthTokensOptions> = {}): OAuthTokens {
  return oauthTokens(createSecrets(cache()(provider)), {
    tokenEndpoint: 'https://partner.example/token',
    clientId: 'app',
    fetch: server.fetch,
    onEvent: (event) => events.push(event),
    ...options,
  });
}

function setUp(
  options: Partial<OAuthTokensOptions> = {},
  adapt: (provider: SecretProvider) => SecretProvider = (it) => it,
) {
  const memory = memorySecrets();
  const outage = {
    write: undefined as SecretError | undefined,
    read: undefined as SecretError | undefined,
    slowMs: 0,
  };
  const { provider, calls } = counting(
    around({
      name: 'outage',
      async policy(run, ctx, { operation }) {
        const failure = operation === 'get' ? outage.read : outage.write;
        if (failure) throw failure;
        if (operation !== 'get' && outage.slowMs)
          await new Promise((done) => setTimeout(done, outage.slowMs));
        return run(ctx);
      },
    })(memory),
  );
  const store = createSecrets(memory);
  const stored = async (name = 'oauth') => (await store.scoped(scope).get(name, { fresh: true }))?.reveal();
  const storedTokens = async () => JSON.parse((await stored()) ?? '{}') as Record<string, unknown>;
  const open = () => processOn(adapt(provider), options);
  return { oauth: open(), open, outage, store, stored, storedTokens, calls };
}

/** Lets timers pass until the work is done. */
async function settle<T>(work: Promise<T>): Promise<T> {
  let isDone = false;
  const ended = work.finally(() => (isDone = true)).catch(() => undefined);
  for (let step = 0; !isDone && step < 2_000; step += 1) await vi.advanceTimersByTimeAsync(50);
  await ended;
  return work;
}

const reveal = async (oauth: OAuthTokens) => (await settle(oauth.token(scope))).reveal();
const kinds = () => events.map(({ kind }) => kind);
const advance = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe.each(stores)('in a store %s', (_, adapt) => {
  it('a connection gives its token without a grant while it is fresh, and is one JSON secret', async () => {
    const { oauth, storedTokens } = setUp({}, adapt);
    await oauth.connect(scope, { ...first, scope: 'read write' });
    expect(await reveal(oauth)).toBe('CANARY-access-0');
    expect((await oauth.token(scope)).expiresAt).toEqual(new Date('2030-01-01T01:00:00Z'));
    expect(server.grants).toBe(0);
    expect(await storedTokens()).toMatchObject({
      access_token: 'CANARY-access-0',
      refresh_token: 'CANARY-refresh-0',
      scope: 'read write',
      expires_at: '2030-01-01T01:00:00.000Z',
    });
  });

  it('an expired token is renewed once for any number of callers of several processes', async () => {
    const { oauth, open, storedTokens } = setUp({}, adapt);
    await oauth.connect(scope, first);
    const processes = [oauth, open(), open()];
    for (const each of processes) await reveal(each); // each has it in its cache
    for (let round = 1; round <= 3; round += 1) {
      advance(hour + 1);
      const all = processes.flatMap((each) => Array.from({ length: 20 }, () => each.token(scope)));
      const tokens = await settle(Promise.all(all));
      expect(new Set(tokens.map((token) => token.reveal()))).toEqual(new Set([`CANARY-access-${round}`]));
      expect(server.grants).toBe(round);
    }
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-3' });
    expect(kinds()).toEqual(['renewed', 'renewed', 'renewed']);
  });

  it('the new refresh token is stored before anybody uses the access token', async () => {
    const { oauth, storedTokens } = setUp({}, adapt);
    await oauth.connect(scope, first);
    advance(hour + 1);
    let seen: unknown;
    const using = oauth.token(scope).then(async () => (seen = (await storedTokens())['refresh_token']));
    await settle(using);
    expect(seen).toBe('CANARY-refresh-1');
  });

  it('a process that ended during its grant blocks the connection for its lease, and no longer', async () => {
    const { oauth, open } = setUp({ reuseWindowMs: 60_000 }, adapt);
    server.reuseWindowMs = 60_000;
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.beforeAnswer = () => new Promise(() => undefined); // it never continues
    void oauth.token(scope).catch(() => undefined);
    await vi.advanceTimersByTimeAsync(500);
    server.beforeAnswer = () => Promise.resolve();
    const other = open();
    const token = other.token(scope);
    let isDone = false;
    void token.then(() => (isDone = true));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(isDone).toBe(false);
    expect((await settle(token)).reveal()).toBe('CANARY-access-1');
  });

  it('a removal during a renewal wins', async () => {
    const { oauth, stored } = setUp({}, adapt);
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.beforeAnswer = () => oauth.disconnect(scope);
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'not_found' });
    expect(await stored()).toBeUndefined();
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'not_found' });
    expect(server.grants).toBe(1);
  });

  it('a new connection during a renewal wins', async () => {
    const { oauth, open, storedTokens } = setUp({}, adapt);
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.beforeAnswer = () =>
      open().connect(scope, { access_token: 'CANARY-other', refresh_token: 'CANARY-mine', expires_in: 60 });
    expect(await reveal(oauth)).toBe('CANARY-other');
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-mine' });
    expect(kinds()).toEqual(['discarded']);
  });

  it('a store that refuses the new tokens delays callers for persistMs, and gets them later', async () => {
    const { oauth, outage, storedTokens } = setUp({}, adapt);
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.beforeAnswer = () => {
      outage.write = new SecretError('unavailable', 'down');
      return Promise.resolve();
    };
    const token = oauth.token(scope);
    let isDone = false;
    void token.then(() => (isDone = true));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(isDone).toBe(false);
    expect((await settle(token)).reveal()).toBe('CANARY-access-1');
    expect(events).toEqual([{ kind: 'unsaved', ref: { name: 'oauth', scope }, code: 'unavailable' }]);
    expect((await oauth.token(scope)).reveal()).toBe('CANARY-access-1');
    outage.write = undefined;
    await vi.advanceTimersByTimeAsync(11_000);
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-1' });
    expect(kinds()).toEqual(['unsaved', 'saved', 'renewed']);
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(server.grants).toBe(1);
  });

  it('no grant is requested while the store takes no lease', async () => {
    const { oauth, outage } = setUp({}, adapt);
    await oauth.connect(scope, first);
    await reveal(oauth);
    outage.write = new SecretError('unavailable', 'down');
    advance(hour + 1);
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.requests).toEqual([]);
    outage.write = undefined;
    expect(await reveal(oauth)).toBe('CANARY-access-1');
  });

  it('nothing is sent if the store takes the lease so late that it might end during the grant', async () => {
    const { oauth, outage } = setUp({}, adapt);
    await oauth.connect(scope, first);
    advance(hour + 1);
    outage.slowMs = 11_000; // more than half of what the lease lasts longer than the request
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'unavailable' });
    expect(server.requests).toEqual([]);
    outage.slowMs = 1_000;
    expect(await reveal(oauth)).toBe('CANARY-access-1');
  });

  it('a token that may have been sent by a process that ended is not sent again while the access token is good', async () => {
    const { oauth, open } = setUp({}, adapt);
    await oauth.connect(scope, first);
    advance(hour - 50_000);
    server.beforeAnswer = () => new Promise(() => undefined); // it never continues
    await oauth.token(scope);
    await vi.advanceTimersByTimeAsync(500);
    const other = open();
    await vi.advanceTimersByTimeAsync(35_000); // the lease is over
    expect(await reveal(other)).toBe('CANARY-access-0');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(server.requests).toHaveLength(1);
  });

  it('tokens that are too long for the store are refused before the first grant', async () => {
    const { oauth, stored } = setUp({ maxSize: 5_000 }, adapt);
    const long = { ...first, access_token: 'CANARY'.repeat(800) };
    const error: unknown = await oauth.connect(scope, long).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'invalid_argument' });
    expect(inspect(error)).not.toContain('CANARY');
    expect(await stored()).toBeUndefined();
  });

  describe('a refused refresh token', () => {
    it('ends the connection, with one grant and one event', async () => {
      const { oauth, storedTokens } = setUp({}, adapt);
      await oauth.connect(scope, first);
      server.end();
      advance(hour + 1);
      for (let each = 0; each < 3; each += 1) {
        await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'unauthenticated' });
      }
      expect([server.requests.length, kinds()]).toEqual([1, ['ended']]);
      expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-0' }); // nothing is deleted
    });

    it('is unknown again after a new connection', async () => {
      const { oauth } = setUp({}, adapt);
      await oauth.connect(scope, first);
      server.end();
      advance(hour + 1);
      await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'unauthenticated' });
      await oauth.connect(scope, { ...first, access_token: 'CANARY-again', refresh_token: 'CANARY-again' });
      expect(await reveal(oauth)).toBe('CANARY-again');
    });

    it('is replaced by a newer one of the store', async () => {
      const { oauth, open } = setUp({}, adapt);
      await oauth.connect(scope, first);
      advance(hour + 1);
      server.script.push({ status: 400, body: { error: 'invalid_grant' } });
      const other = open();
      vi.mocked(server.fetch).mockImplementationOnce(async () => {
        await other.connect(scope, { ...first, access_token: 'CANARY-newer', refresh_token: 'CANARY-newer' });
        return Response.json({ error: 'invalid_grant' }, { status: 400 });
      });
      expect(await reveal(oauth)).toBe('CANARY-newer');
      expect(kinds()).toEqual([]);
    });
  });
});

describe('a failed renewal keeps the connection', () => {
  it.each<[string, Script, string, string?]>([
    [
      'invalid_client',
      { status: 401, body: { error: 'invalid_client' }, headers: { 'www-authenticate': 'Basic' } },
      'permission_denied',
      'invalid_client',
    ],
    [
      'unauthorized_client',
      { status: 400, body: { error: 'unauthorized_client' } },
      'permission_denied',
      'unauthorized_client',
    ],
    [
      'an error that OAuth does not define',
      { status: 400, body: { error: 'CANARY sentence' } },
      'invalid_argument',
    ],
    ['another 4xx without an error', { status: 404, body: { message: 'CANARY' } }, 'invalid_argument'],
    ['an error with 200', { status: 200, body: { error: 'bad_refresh_token' } }, 'invalid_argument'],
    ['408', { status: 408 }, 'unavailable'],
    ['429', { status: 429, body: { error: 'invalid_request' } }, 'unavailable'],
    ['500', { status: 500, body: { error: 'invalid_grant' } }, 'unavailable'],
    ['503', { status: 503 }, 'unavailable'],
    ['a page with 200', { status: 200, body: '<html>CANARY</html>' }, 'unavailable'],
    ['a page with 400', { status: 400, body: '<html>CANARY invalid_grant</html>' }, 'unavailable'],
    ['a redirect', { status: 302, headers: { location: 'https://CANARY.example' } }, 'unavailable'],
    ['an answer without tokens', { status: 200, body: { ok: true } }, 'invalid_data'],
    ['a refused connection', 'refuse-connection', 'unavailable'],
  ])('%s', async (_, script, code, vendorCode) => {
    const { oauth, storedTokens } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push(script);
    const error = (await settle(oauth.token(scope)).catch((thrown: unknown) => thrown)) as SecretError;
    expect(error).toMatchObject({ code, ref: { name: 'oauth', scope } });
    expect(error.details.vendorCode).toBe(vendorCode);
    expect(inspect([error, events], { depth: 9, showHidden: true })).not.toContain('CANARY');
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-0' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(kinds()).toEqual(['failed', 'renewed']);
  });

  it('and a mistake of configuration is not repeated at once', async () => {
    const { oauth } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push({ status: 400, body: { error: 'invalid_client' } });
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(oauth.token(scope)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(server.requests).toHaveLength(1);
  });

  it('and Retry-After is a floor for the next attempt', async () => {
    const { oauth } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push({ status: 429, headers: { 'retry-after': '120' } });
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterMs: 120_000,
    });
    await vi.advanceTimersByTimeAsync(100_000);
    await expect(oauth.token(scope)).rejects.toMatchObject({ code: 'unavailable' });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await reveal(oauth)).toBe('CANARY-access-1');
  });

  it('and an endpoint that hangs is aborted; the next call begins anew', async () => {
    const { oauth } = setUp({ timeoutMs: 2_000 });
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.beforeAnswer = () => new Promise(() => undefined);
    server.reuseWindowMs = hour;
    const startedAt = Date.now();
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'timeout' });
    expect(Date.now() - startedAt).toBeLessThan(2_500);
    server.beforeAnswer = () => Promise.resolve();
    expect(await reveal(oauth)).toBe('CANARY-access-1');
  });
});

describe('a lost answer', () => {
  it('is repeated with the same token within the reuse window', async () => {
    const { oauth } = setUp({ reuseWindowMs: 30_000 });
    server.reuseWindowMs = 30_000;
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push('lose', 'lose');
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(server.requests).toHaveLength(3);
  });

  it('without a window is not repeated while the access token is good, by any process', async () => {
    const { oauth, open } = setUp();
    await oauth.connect(scope, first);
    advance(hour - 30_000); // it is renewed ahead of its expiry
    server.script.push('lose');
    expect(await reveal(oauth)).toBe('CANARY-access-0');
    for (const each of [oauth, open()]) {
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await reveal(each)).toBe('CANARY-access-0');
    }
    expect(server.requests).toHaveLength(1);
    advance(30_000);
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(kinds()).toEqual(['failed', 'ended']);
  });
});

describe('a token close to its expiry', () => {
  it('is renewed in the background, and no caller waits', async () => {
    const { oauth } = setUp();
    await oauth.connect(scope, first);
    advance(hour - 30_000);
    expect((await oauth.token(scope)).reveal()).toBe('CANARY-access-0');
    await vi.advanceTimersByTimeAsync(0);
    expect((await oauth.token(scope)).reveal()).toBe('CANARY-access-1');
    expect(server.grants).toBe(1);
  });

  it('is served while the server fails, with backoff', async () => {
    const { oauth } = setUp();
    await oauth.connect(scope, first);
    advance(hour - 30_000);
    server.script.push({ status: 503 }, { status: 503 }, { status: 503 });
    for (let each = 0; each < 20; each += 1) {
      expect((await oauth.token(scope)).reveal()).toBe('CANARY-access-0');
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(server.requests).toHaveLength(1);
  });
});

describe('expires_in', () => {
  it.each<[string, unknown, number]>([
    ['a number', 120, 120_000],
    ['a text', '120', 120_000],
    ['missing', undefined, hour],
    ['negative', -1, hour],
    ['zero', 0, hour],
    ['not a number', 'soon', hour],
    ['more than a year', 1e12, hour],
    ['infinite', '1e999', hour],
  ])('%s', async (_, expires_in, lifeMs) => {
    const { oauth } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push({ granted: { expires_in } });
    const sentAt = Date.now();
    const token = await settle(oauth.token(scope));
    expect([token.reveal(), token.expiresAt!.getTime() - sentAt]).toEqual(['CANARY-access-1', lifeMs]);
  });

  it('and other odd fields cost no refresh token', async () => {
    const { oauth, storedTokens } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push({ granted: { token_type: 7, id_token: 'CANARY', scope: 7, expires_in: { a: 1 } } });
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-1' });
  });

  it('an answer without a refresh token keeps the one before', async () => {
    const { oauth, storedTokens } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push({ granted: { refresh_token: undefined } });
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-0' });
  });
});

describe('use', () => {
  it.each<[string, readonly number[] | undefined, number, readonly string[]]>([
    ['401', undefined, 401, ['CANARY-access-0', 'CANARY-access-1']],
    ['403', undefined, 403, ['CANARY-access-0']],
    ['403, if asked', [401, 403], 403, ['CANARY-access-0', 'CANARY-access-1']],
  ])('renews a token that is refused before its expiry: %s', async (_, authFailure, status, expected) => {
    const { oauth } = setUp();
    await oauth.connect(scope, first);
    const used: string[] = [];
    const call = (token: { reveal(): string }) => {
      used.push(token.reveal());
      return new Response('', { status: token.reveal() === 'CANARY-access-0' ? status : 200 });
    };
    await settle(oauth.use(scope, call, authFailure && { authFailure }));
    expect(used).toEqual(expected);
  });

  it('renews once for any number of refusals, of several processes', async () => {
    const { oauth, open } = setUp();
    await oauth.connect(scope, first);
    const call = (token: { reveal(): string }) => {
      if (token.reveal() === 'CANARY-access-0') throw Object.assign(new Error('refused'), { status: 401 });
      return token.reveal();
    };
    const others = [oauth, open(), open()];
    const all = others.flatMap((each) => Array.from({ length: 10 }, () => each.use(scope, call)));
    expect(new Set(await settle(Promise.all(all)))).toEqual(new Set(['CANARY-access-1']));
    expect(server.grants).toBe(1);
  });

  it('ends with its signal, and the renewal goes on', async () => {
    const { oauth, storedTokens } = setUp();
    await oauth.connect(scope, first);
    advance(hour + 1);
    const leaving = new AbortController();
    const reason = new Error('left');
    server.beforeAnswer = () => {
      leaving.abort(reason);
      return Promise.resolve();
    };
    await expect(settle(oauth.token(scope, { signal: leaving.signal }))).rejects.toBe(reason);
    await expect(oauth.token(scope, { signal: leaving.signal })).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(100);
    expect(await storedTokens()).toMatchObject({ refresh_token: 'CANARY-refresh-1' });
  });
});

describe('the client secret', () => {
  it.each<['basic' | 'post', string | null, string | null]>([
    ['basic', `Basic ${btoa('app:CANARY%2Dold')}`, null],
    ['post', null, 'CANARY-old'],
  ])('is sent by %s', async (clientAuth, authorization, inBody) => {
    const { oauth, store } = setUp({ clientAuth, clientSecret: 'client-secret' });
    await store.set('client-secret', 'CANARY-old');
    await oauth.connect(scope, first);
    advance(hour + 1);
    await reveal(oauth);
    const [request] = server.requests;
    expect([request?.authorization, request?.body.get('client_secret')]).toEqual([authorization, inBody]);
  });

  it('is read again when it is refused', async () => {
    const { oauth, store } = setUp({ clientSecret: 'client-secret', clientAuth: 'post' });
    await store.set('client-secret', 'CANARY-old');
    await oauth.connect(scope, first);
    advance(hour + 1);
    server.script.push({ status: 401, body: { error: 'invalid_client' } });
    vi.mocked(server.fetch).mockImplementationOnce(async () => {
      await store.set('client-secret', 'CANARY-new');
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    });
    server.script.length = 0;
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(server.requests.at(-1)?.body.get('client_secret')).toBe('CANARY-new');
  });

  it('that is missing is named, and costs no refresh token', async () => {
    const { oauth } = setUp({ clientSecret: 'client-secret' });
    await oauth.connect(scope, first);
    advance(hour + 1);
    await expect(settle(oauth.token(scope))).rejects.toMatchObject({
      code: 'not_found',
      ref: { name: 'client-secret' },
    });
    expect(server.requests).toEqual([]);
  });
});

describe('the header', () => {
  const header = { name: 'header', format: (token: string) => `Bearer ${token}` };

  it('is written after the tokens', async () => {
    const { oauth, stored } = setUp({ header });
    await oauth.connect(scope, first);
    expect(await stored('header')).toBe('Bearer CANARY-access-0');
    advance(hour + 1);
    await reveal(oauth);
    expect(await stored('header')).toBe('Bearer CANARY-access-1');
  });

  it('that is behind is written at the next read of another process', async () => {
    const { oauth, open, store, stored } = setUp({ header });
    await oauth.connect(scope, first);
    await store.scoped(scope).set('header', 'Bearer CANARY-older');
    await reveal(open());
    await vi.advanceTimersByTimeAsync(0);
    expect(await stored('header')).toBe('Bearer CANARY-access-0');
  });

  it('that cannot be written is reported, and the token is served', async () => {
    let isFailing = false;
    const format = (token: string) => {
      if (isFailing) throw new Error('CANARY');
      return `Bearer ${token}`;
    };
    const { oauth, stored } = setUp({ header: { name: 'header', format } });
    await oauth.connect(scope, first);
    advance(hour + 1);
    isFailing = true;
    expect(await reveal(oauth)).toBe('CANARY-access-1');
    expect(events.at(-1)).toEqual({ kind: 'header-behind', ref: { name: 'oauth', scope }, code: 'unknown' });
    isFailing = false;
    await vi.advanceTimersByTimeAsync(5_000);
    await reveal(oauth);
    await vi.advanceTimersByTimeAsync(0);
    expect(await stored('header')).toBe('Bearer CANARY-access-1');
  });

  it('is removed with the connection', async () => {
    const { oauth, stored } = setUp({ header });
    await oauth.connect(scope, first);
    await oauth.disconnect(scope);
    expect([await stored(), await stored('header')]).toEqual([undefined, undefined]);
  });
});

describe('wrong input', () => {
  const good = { tokenEndpoint: 'https://partner.example/token', clientId: 'app' };

  it.each<[string, object]>([
    ['tokenEndpoint', { tokenEndpoint: 'http://CANARY.example/token' }],
    ['tokenEndpoint', { tokenEndpoint: 'https://user:CANARY@partner.example/' }],
    ['tokenEndpoint', { tokenEndpoint: 'CANARY' }],
    ['tokenEndpoint', { tokenEndpoint: undefined }],
    ['clientId', { clientId: '' }],
    ['clientSecret', { clientSecret: '' }],
    ['clientAuth', { clientAuth: 'CANARY' }],
    ['name', { name: 7 }],
    ['renewAheadMs', { renewAheadMs: -1 }],
    ['assumedLifeMs', { assumedLifeMs: Infinity }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['leaseMs', { leaseMs: 10_000, timeoutMs: 10_000 }],
    ['reuseWindowMs', { reuseWindowMs: '5' }],
    ['persistMs', { persistMs: Number.NaN }],
    ['maxSize', { maxSize: 10 }],
    ['header.name', { header: { name: 'oauth', format: String } }],
    ['header.format', { header: { name: 'header', format: 'Bearer CANARY' } }],
    ['fetch', { fetch: {} }],
    ['onEvent', { onEvent: 1 }],
    ['unknown option', { clientID: 'CANARY' }],
  ])('%s', (option, wrong) => {
    const make = () => oauthTokens(createSecrets(memorySecrets()), { ...good, ...wrong });
    expect(make).toThrow(option);
    expect(make).not.toThrow(/CANARY/);
  });

  it('a store that cannot write is unsupported', () => {
    const readOnly: SecretProvider = { name: 'fixed', get: () => Promise.resolve(undefined) };
    expect(() => oauthTokens(createSecrets(readOnly) as never, good)).toThrow(/unsupported.*set/s);
  });

  it.each([[undefined], [{ account: undefined }], [{ account: '' }], ['acct_1']])(
    'the scope %j',
    async (wrong) => {
      const { oauth } = setUp();
      await expect(oauth.token(wrong as never)).rejects.toMatchObject({ code: 'invalid_argument' });
      await expect(oauth.use(wrong as never, () => 1)).rejects.toMatchObject({ code: 'invalid_argument' });
    },
  );

  it.each([[undefined], [{}], [{ access_token: 'CANARY' }], [{ ...first, refresh_token: 7 }]])(
    'the response %j',
    async (response) => {
      const { oauth, stored } = setUp();
      await expect(oauth.connect(scope, response as never)).rejects.toMatchObject({
        code: 'invalid_argument',
      });
      expect(await stored()).toBeUndefined();
    },
  );

  it.each(['CANARY', '[]', 'null', '{"access_token":"CANARY"}'])(
    'a secret that holds no tokens: %s',
    async (text) => {
      const { oauth, store } = setUp();
      await store.scoped(scope).set('oauth', text);
      const error: unknown = await oauth.token(scope).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'invalid_data', ref: { name: 'oauth', scope } });
      expect(inspect(error, { depth: 9 })).not.toContain('CANARY');
    },
  );

  it('a connection that does not exist is not_found; a closed one is closed', async () => {
    const { oauth } = setUp();
    await expect(oauth.token(scope)).rejects.toMatchObject({ code: 'not_found' });
    await oauth.close();
    await expect(oauth.token(scope)).rejects.toMatchObject({ code: 'closed' });
  });
});

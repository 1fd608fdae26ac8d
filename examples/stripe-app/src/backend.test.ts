import { type Emulator, startEmulator } from '@secretkit/stripe-emulator';
import { fakeClock } from '@secretkit/testing';
import Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type PartnerServer, startPartner, tokenLifeMs } from './partner-server.js';
import { type RunningBackend, startBackend } from './start-backend.js';
import { fromExtension, send, type Viewer } from './ui-extension.js';

const alice: Viewer = { account_id: 'acct_1', user_id: 'usr_alice' };
const bob: Viewer = { account_id: 'acct_1', user_id: 'usr_bob' };
const carol: Viewer = { account_id: 'acct_2', user_id: 'usr_carol' };

const { now, advance } = fakeClock();
const minutes = 60_000;

let emulator: Emulator;
let partner: PartnerServer;
let failures: string[];
const running: RunningBackend[] = [];

beforeEach(async () => {
  failures = [];
  emulator = await startEmulator({ now, accounts: ['acct_1', 'acct_2'] });
  partner = await startPartner('CANARY-client-secret-1', now);
  emulator.secrets.put({ name: 'app-signing-secret', payload: 'CANARY-signing-secret-1' });
  emulator.secrets.put({ name: 'partner-client-secret', payload: 'CANARY-client-secret-1' });
});
afterEach(async () => {
  for (const each of running.splice(0)) await each.close();
  await partner.close();
  await emulator.close();
});

async function start(): Promise<RunningBackend> {
  const backend = await startBackend({
    apiKey: 'sk_test_CANARYkey',
    stripeUrl: emulator.url,
    partnerUrl: partner.url,
    now,
    random: () => 0,
    onEvent: (event) => failures.push(...('code' in event ? [event.code] : [])),
  });
  running.push(backend);
  return backend;
}

/** Stops a backend, as a deployment does: the next one knows what is stored, and nothing else. */
async function stop(backend: RunningBackend): Promise<void> {
  running.splice(running.indexOf(backend), 1);
  await backend.close();
}

const post = (
  { url }: RunningBackend,
  path: string,
  who: Viewer,
  more: Readonly<Record<string, unknown>> = {},
  signingSecret = 'CANARY-signing-secret-1',
) => fromExtension(url + path, { ...who, ...more }, signingSecret, now());

async function connected(...all: Viewer[]): Promise<RunningBackend> {
  const backend = await start();
  for (const who of all) await post(backend, '/connect', who, { code: `code-of-${who.user_id}` });
  return backend;
}

/** Returns the secret of a user's connection. */
function stored({ account_id: account, user_id: user }: Viewer) {
  const secret = emulator.secrets.get({ name: 'oauth', account, scope: { type: 'user', user } });
  return JSON.parse(secret?.payload ?? '{}') as Record<string, unknown>;
}

const orders = (backend: RunningBackend, who: Viewer) => post(backend, '/orders', who);
const many = (backend: RunningBackend, who: Viewer) =>
  Promise.all(Array.from({ length: 10 }, () => orders(backend, who)));
const statusesOf = (answers: readonly { status: number }[]) => [
  ...new Set(answers.map(({ status }) => status)),
];
const poll = { interval: 2, timeout: 30_000 };

describe('a user with a connection', () => {
  it('has a token in the store, in a scope of their own, with its expiry', async () => {
    const backend = await connected(alice);
    expect(stored(alice)).toMatchObject({
      access_token: 'access-CANARY-1-usr_alice',
      refresh_token: 'refresh-CANARY-1-usr_alice',
      expires_at: new Date(now() + tokenLifeMs).toISOString(),
    });
    expect(emulator.secrets.list({ account: 'acct_1' })).toEqual([]);
    expect(await orders(backend, alice)).toMatchObject({ status: 200, body: ['an order of usr_alice'] });
  });

  it('gets 404 without one', async () => {
    expect(await orders(await start(), bob)).toMatchObject({ status: 404, body: { error: 'not_found' } });
  });

  it('gets 502 if the partner refuses the code, and nothing is stored', async () => {
    const backend = await start();
    expect(await post(backend, '/connect', alice, { code: 'made up' })).toMatchObject({ status: 502 });
    expect(stored(alice)).toEqual({});
  });
});

describe('a cold start', () => {
  it('reads each secret once for any number of requests, and recovers from a rate limit and a reset', async () => {
    await stop(await connected(alice));
    const backend = await start();
    const before = emulator.requests.count();
    emulator.faults.add({ kind: 'rateLimited', name: 'app-signing-secret' });
    emulator.faults.add({ kind: 'reset', name: 'oauth' });
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    expect(emulator.requests.count() - before).toBe(2 * 2); // two secrets, each after one fault
  });
});

describe('a token close to its expiry', () => {
  it('is renewed once for any number of requests, without a wait or an expired token', async () => {
    const backend = await connected(alice, bob);
    advance(tokenLifeMs - 4 * minutes);
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    await vi.waitUntil(() => stored(alice)['access_token'] === 'access-CANARY-3-usr_alice', poll);
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    expect([partner.refreshes(), partner.refusals()]).toEqual([1, 0]);
    expect(stored(bob)['access_token']).toBe('access-CANARY-2-usr_bob');
  });

  it('and an expired one is renewed first', async () => {
    const backend = await connected(alice);
    advance(tokenLifeMs + minutes);
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    expect([partner.refreshes(), partner.refusals()]).toEqual([1, 0]);
  });

  it('is not renewed again by another process with an old copy', async () => {
    const one = await connected(alice);
    const other = await start();
    advance(tokenLifeMs - 6 * minutes);
    await orders(other, alice); // it has the token in its cache
    advance(2 * minutes);
    await orders(one, alice);
    await vi.waitUntil(() => stored(alice)['access_token'] === 'access-CANARY-2-usr_alice', poll);
    expect(statusesOf(await many(other, alice))).toEqual([200]);
    await stop(other);
    expect([partner.refreshes(), failures]).toEqual([1, []]);
  });
});

describe('an outage of the store', () => {
  const down = () => emulator.faults.add({ kind: 'serverError', status: 503, times: Infinity });

  it('does not reach users who were served before, until the token expires', async () => {
    const backend = await connected(alice, carol);
    await orders(backend, alice);
    down();
    advance(30 * minutes);
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    advance(27 * minutes); // from here on it should be renewed
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    await vi.waitUntil(() => failures.includes('unavailable'), poll);
    expect(await orders(backend, carol)).toMatchObject({ status: 503, retryAfter: '5' });
    advance(4 * minutes); // the token is dead
    expect(await orders(backend, alice)).toMatchObject({ status: 503, body: { error: 'unavailable' } });
    expect([partner.refreshes(), partner.refusals()]).toEqual([0, 0]);
    emulator.faults.clear();
    expect(await orders(backend, alice)).toMatchObject({ status: 200 });
  });

  it('that begins right after a renewal loses no token: it is stored later', async () => {
    const backend = await connected(alice);
    advance(tokenLifeMs - 4 * minutes);
    emulator.faults.add({ kind: 'serverError', operation: 'create', name: 'oauth', times: Infinity });
    await orders(backend, alice);
    await vi.waitUntil(() => failures.length > 0, poll);
    expect(stored(alice)['refresh_token']).toBe('refresh-CANARY-1-usr_alice'); // the partner has forgotten it
    advance(10 * minutes);
    expect(statusesOf(await many(backend, alice))).toEqual([200]);
    emulator.faults.clear();
    await vi.waitUntil(async () => {
      await orders(backend, alice);
      return stored(alice)['access_token'] === 'access-CANARY-2-usr_alice';
    }, poll);
    await stop(backend);
    advance(tokenLifeMs);
    expect(await orders(await start(), alice)).toMatchObject({ status: 200 });
    expect(partner.refreshes()).toBe(2);
  });
});

describe('a tenant', () => {
  it.each([
    ['another user', { user: 'usr_bob' }],
    ['another account', { account: 'acct_2' }],
    ['another user of another account', { account: 'acct_2', user: 'usr_carol' }],
    ['an account that failed to load', { account: null }],
    ['a field that does not exist', { acount: 'acct_2' }],
  ])('cannot read the secrets of %s, and the store is not asked', async (_, of) => {
    const backend = await connected(alice, bob, carol);
    const before = emulator.requests.count();
    const answer = await post(backend, '/connection', alice, { of });
    expect(answer).toMatchObject({ status: 403, body: { error: 'invalid_argument' } });
    expect(emulator.requests.count()).toBe(before);
  });

  it('can read its own', async () => {
    const backend = await connected(alice);
    const own = { account: 'acct_1', user: 'usr_alice' };
    expect(await post(backend, '/connection', alice, { of: own })).toMatchObject({
      body: { connected: true },
    });
    expect(await post(backend, '/connection', bob)).toMatchObject({ body: { connected: false } });
  });

  it.each([
    ['an account without an id', { account_id: '', user_id: 'usr_alice' }, 403],
    ['an id of the wrong type', { account_id: null as never, user_id: 'usr_alice' }, 401],
  ])('is rejected with %s', async (_, who, status) => {
    expect(await orders(await connected(alice), who)).toMatchObject({ status });
  });
});

describe('a request that Stripe has not signed', () => {
  it('is refused, and many of them cause no load on the store', async () => {
    const backend = await connected(alice);
    const before = emulator.requests.count();
    const forged = Array.from({ length: 10 }, () => post(backend, '/orders', alice, {}, 'made up'));
    expect(statusesOf(await Promise.all(forged))).toEqual([401]);
    expect(emulator.requests.count() - before).toBe(1); // it might have been a rotation
  });

  it('is refused with the signature of another body, an old one, or none', async () => {
    const { url } = await connected(alice);
    const secret = 'CANARY-signing-secret-1';
    const signatureOf = (payload: string, age: number) =>
      Stripe.webhooks.generateTestHeaderString({
        payload,
        secret,
        timestamp: Math.floor(now() / 1_000) - age,
      });
    const body = JSON.stringify(alice);
    const answers = [
      await send(`${url}/orders`, body, signatureOf(JSON.stringify(bob), 0)),
      await send(`${url}/orders`, body, signatureOf(body, 301)),
      await send(`${url}/orders`, body, ''),
    ];
    expect(statusesOf(answers)).toEqual([401]);
  });
});

describe('a credential that is rotated', () => {
  it('is detected by its refusal: the signing secret', async () => {
    const backend = await connected(alice);
    emulator.secrets.put({ name: 'app-signing-secret', payload: 'CANARY-signing-secret-2' });
    const signingSecret = 'CANARY-signing-secret-2';
    const before = emulator.requests.count({ name: 'app-signing-secret' });
    const all = Array.from({ length: 10 }, () => post(backend, '/orders', alice, {}, signingSecret));
    expect(statusesOf(await Promise.all(all))).toEqual([200]);
    expect(emulator.requests.count({ name: 'app-signing-secret' }) - before).toBe(1);
  });

  it('is detected by its refusal: the partner’s client secret', async () => {
    const backend = await connected(alice);
    partner.rotateClientSecret('CANARY-client-secret-2');
    emulator.secrets.put({ name: 'partner-client-secret', payload: 'CANARY-client-secret-2' });
    advance(tokenLifeMs + minutes);
    expect(await orders(backend, alice)).toMatchObject({ status: 200 });
    expect(partner.refreshes()).toBe(1);
  });
});

describe('in every case', () => {
  it('no value is printed or returned', async () => {
    const printers = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
    const output: unknown[] = [];
    const backend = await connected(alice);
    for (const kind of ['html', 'malformedJson', 'unauthorized', 'forbidden', 'cutBody', 'reset'] as const) {
      emulator.faults.add({ kind, times: Infinity });
      advance(6 * minutes);
      output.push(await orders(backend, alice));
      emulator.faults.clear();
    }
    output.push(failures, ...printers.map(({ mock }) => mock.calls));
    expect(JSON.stringify(output)).not.toContain('CANARY');
  });
});

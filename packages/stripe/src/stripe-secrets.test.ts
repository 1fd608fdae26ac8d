import { inspect } from 'node:util';
import { compose, createSecrets } from '@secretkit/core';
import type { Secret } from '@secretkit/core/provider';
import { type Assumptions, startEmulator } from '@secretkit/stripe-emulator';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { createStripeClient } from './create-stripe-client.js';
import type { StripeClient } from './stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const canary = 'CANARY-not-a-real-secret';
const apiKey = 'sk_test_CANARYKEY';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
const clock = { offsetMs: 0 };
const now = () => Date.now() + clock.offsetMs;

beforeAll(async () => {
  emulator = await startEmulator({ now });
});
afterEach(() => {
  emulator.reset();
  clock.offsetMs = 0;
});
afterAll(() => emulator.close());

/** The same adapter through every kind of client that people have. */
const clients: { client: string; make: () => StripeClient }[] = [
  { client: 'createStripeClient', make: () => createStripeClient({ apiKey, baseUrl: emulator.url }) },
  { client: 'new Stripe, node', make: () => plain() },
  { client: 'new Stripe, fetch', make: () => plain({ httpClient: Stripe.createFetchHttpClient() }) },
];

function plain(config: Partial<ConstructorParameters<typeof Stripe>[1]> = {}): Stripe {
  const { host, port } = emulator;
  return new Stripe(apiKey, { host, port, protocol: 'http', telemetry: false, ...config });
}

describe.each(clients)('through $client', ({ make }) => {
  const open = (options: { account?: string; livemode?: boolean } = {}) =>
    createSecrets(stripeSecrets({ client: make(), now, ...options }));

  it.each([
    ['plain', 'value-1'],
    ['spaces, tabs and a newline', ' \t value \n'],
    ['what shells and templates expand', '$HOME ${X} $2a$10$abc \\n `x` "q" \'q\' #=&+%20[]'],
    ['what looks like another type', 'null'],
    ['emoji, right to left, combining marks', '🔑 שלום é'],
    ['a PEM block', '-----BEGIN KEY-----\nabc\ndef==\n-----END KEY-----\n'],
    ['the largest', 'x'.repeat(5_000)],
  ])('a value survives byte for byte: %s', async (_, value) => {
    const secrets = open();
    await secrets.set('name', value);
    expect((await secrets.require('name')).reveal()).toBe(value);
    expect(emulator.secrets.get({ name: 'name' })?.payload).toBe(value);
  });

  it('a missing secret is undefined, and deleting it is fine', async () => {
    const secrets = open();
    expect(await secrets.get('name')).toBeUndefined();
    await secrets.delete('name');
    await secrets.set('name', 'value');
    await secrets.delete('name');
    expect(await secrets.get('name')).toBeUndefined();
  });

  it('accounts and users are kept apart', async () => {
    const secrets = open();
    const scopes = [
      undefined,
      { user: 'usr_1' },
      { account: 'acct_1' },
      { account: 'acct_1', user: 'usr_1' },
    ];
    const refs = scopes.map((scope) => (scope ? { name: 'name', scope } : { name: 'name' }));
    for (const [at, ref] of refs.entries()) await secrets.set(ref, `value-${at}`);
    const found = await Promise.all(refs.map((ref) => secrets.require(ref)));
    expect(found.map((secret) => secret.reveal())).toEqual(['value-0', 'value-1', 'value-2', 'value-3']);
    expect(
      emulator.secrets.get({ account: 'acct_1', scope: { type: 'user', user: 'usr_1' }, name: 'name' })
        ?.payload,
    ).toBe('value-3');
    await secrets.delete(refs[2]!);
    expect(await secrets.get(refs[2]!)).toBeUndefined();
    expect(await secrets.get(refs[3]!)).toBeDefined();
  });

  it('the default account stands in for none', async () => {
    const secrets = open({ account: 'acct_1' });
    await secrets.set('name', 'value');
    expect(emulator.secrets.get({ account: 'acct_1', name: 'name' })?.payload).toBe('value');
    const { one, two } = await secrets.getMany({
      one: 'name',
      two: { name: 'name', scope: { account: 'acct_1' } },
    });
    expect([one?.reveal(), two?.reveal()]).toEqual(['value', 'value']);
    expect(emulator.requests.count()).toBe(2); // the write, and one read for both
  });

  it('two or more names of a scope are one request, in the order asked', async () => {
    const secrets = open();
    for (const name of ['a', 'b', 'c']) emulator.secrets.put({ name, payload: `value-${name}` });
    const { c, none, a } = await secrets.getMany({ c: 'c', none: 'none', a: 'a' });
    expect([c?.reveal(), none, a?.reveal()]).toEqual(['value-c', undefined, 'value-a']);
    expect(emulator.requests.list().map(({ operation }) => operation)).toEqual(['list']);
  });

  it('an expiry is kept to the second, and reported with the creation date', async () => {
    const secrets = open();
    const expiresAt = new Date(Math.ceil(now() / 1_000) * 1_000 + 60_999);
    await secrets.set('name', 'value', { expiresAt });
    const secret = await secrets.require('name');
    expect(secret.expiresAt).toEqual(new Date(expiresAt.getTime() - 999));
    expect(Math.abs((secret.createdAt?.getTime() ?? 0) - now())).toBeLessThan(5_000);
  });

  it('a secret without an expiry has none', async () => {
    const secrets = open();
    await secrets.set('name', 'value');
    expect((await secrets.require('name')).expiresAt).toBeUndefined();
  });

  it('lists every name of its scope over pages, once each, without values', async () => {
    const secrets = open();
    for (let i = 0; i < 10; i += 1) emulator.secrets.put({ name: `name-${i}`, payload: canary });
    emulator.secrets.put({ name: 'of another', payload: canary, scope: { type: 'user', user: 'usr_1' } });
    const provider = stripeSecrets({ client: make() });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await provider.list(cursor === undefined ? { limit: 3 } : { limit: 3, cursor }, {});
      expect(inspect(page, { depth: null })).not.toContain(canary);
      names.push(...page.refs.map(({ name }) => name));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(names.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `name-${i}`));
    const walked: string[] = [];
    for await (const ref of secrets.list({ scope: { user: 'usr_1' } })) walked.push(JSON.stringify(ref));
    expect(walked).toEqual(['{"name":"of another","scope":{"user":"usr_1"}}']);
  });

  it("makes one attempt: the SDK's own retries are off", async () => {
    emulator.faults.add({ kind: 'serverError', times: 5 });
    await expect(open().get('name')).rejects.toMatchObject({ code: 'unavailable', details: { status: 500 } });
    expect(emulator.requests.count()).toBe(1);
  });

  describe('a key of the mode that was not meant', () => {
    const misled = (livemode: boolean) => {
      const { secrets } = make().apps;
      return createSecrets(stripeSecrets({ client: { apps: { secrets } }, livemode })); // its kind is not known then
    };

    it.each(['get', 'getMany', 'list', 'set'] as const)(
      'is refused with the mode named: %s',
      async (asking) => {
        for (const each of ['name', 'other']) emulator.secrets.put({ name: each, payload: canary });
        const secrets = misled(true);
        const call = {
          get: () => secrets.get('name'),
          getMany: () => secrets.getMany({ a: 'name', b: 'other' }),
          list: () => secrets.list()[Symbol.asyncIterator]().next(),
          set: () => secrets.set('name', 'value'),
        }[asking];
        await expect(call()).rejects.toMatchObject({
          code: 'unauthenticated',
          message: expect.stringContaining('the API key is one of test mode, and the option livemode: true'),
          details: { status: 200, requestId: expect.stringMatching(/^req_/) },
        });
      },
    );

    it('is refused by a deletion where Stripe tells the mode of what it deleted', async () => {
      for (const livemode of [true, false]) {
        const body = { id: 'appsecret_1', object: 'apps.secret', deleted: true, livemode: false };
        emulator.faults.add({ kind: 'reply', status: 200, body, operation: 'delete' });
        const deleting = misled(livemode).delete('name');
        if (livemode) await expect(deleting).rejects.toMatchObject({ code: 'unauthenticated' });
        else await deleting;
      }
    });

    it('is no trouble where it is the one that was meant', async () => {
      emulator.secrets.put({ name: 'name', payload: 'value' });
      expect((await misled(false).get('name'))?.reveal()).toBe('value');
    });
  });

  it('an app without the permission is told where to add it, and a restricted key too', async () => {
    emulator.permissions.revoke();
    await expect(open().get('name')).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/secret_write.*stripe-app\.json/),
    });
  });
});

describe('a restricted key', () => {
  it('without the permission is told to get it in the Dashboard', async () => {
    const client = createStripeClient({ apiKey: 'rk_test_CANARYKEY', baseUrl: emulator.url });
    const error = await createSecrets(stripeSecrets({ client }))
      .get('name')
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/the restricted test-mode API key lacks.*secret_write.*Dashboard/),
    });
    expectNothingShown(error);
  });
});

describe('a batch', () => {
  it('falls back to one read each where a list hides payloads, and remembers that it does', async () => {
    for (const name of ['a', 'b']) emulator.secrets.put({ name, payload: `value-${name}` });
    const { secrets: real } = plain().apps;
    const lists: unknown[] = [];
    const hiding: StripeClient = {
      apps: {
        secrets: {
          find: (...args) => real.find(...args),
          create: (...args) => real.create(...args),
          deleteWhere: (...args) => real.deleteWhere(...args),
          list: ({ scope }, options) => {
            lists.push(scope);
            return real.list({ scope }, options);
          },
        },
      },
    };
    const secrets = createSecrets(stripeSecrets({ client: hiding }));
    for (let round = 0; round < 2; round += 1) {
      const { a, b, none } = await secrets.getMany({ a: 'a', b: 'b', none: 'none' });
      expect([a?.reveal(), b?.reveal(), none]).toEqual(['value-a', 'value-b', undefined]);
    }
    expect(lists).toHaveLength(1);
    expect(emulator.requests.count({ operation: 'find' })).toBe(2 + 3);
  });

  it('follows pages to their end', async () => {
    const body = (name: string, has_more: boolean) => ({
      object: 'list',
      url: '/v1/apps/secrets',
      has_more,
      data: [
        {
          id: `appsecret_${name}`,
          object: 'apps.secret',
          created: 1,
          livemode: false,
          name,
          payload: `value-${name}`,
        },
      ],
    });
    emulator.faults.add({ kind: 'reply', status: 200, body: body('a', true) });
    emulator.faults.add({ kind: 'reply', status: 200, body: body('b', false) });
    const secrets = createSecrets(stripeSecrets({ client: plain() }));
    const { a, b } = await secrets.getMany({ a: 'a', b: 'b' });
    expect([a?.reveal(), b?.reveal()]).toEqual(['value-a', 'value-b']);
  });
});

describe('what nobody knows of Stripe', () => {
  async function openAssuming(assume: Assumptions) {
    const assuming = await startEmulator({ assume });
    onTestFinished(() => assuming.close());
    const client = createStripeClient({ apiKey, baseUrl: assuming.url, timeoutMs: 30_000 });
    return { assuming, secrets: createSecrets(stripeSecrets({ client })) };
  }

  it('may be that a list refuses to expand payloads: they are found one by one, from then on', async () => {
    const { assuming, secrets } = await openAssuming({ listExpandsPayload: false });
    for (const name of ['a', 'b']) assuming.secrets.put({ name, payload: `value-${name}` });
    for (let round = 0; round < 2; round += 1) {
      const { a, b, none } = await secrets.getMany({ a: 'a', b: 'b', none: 'none' });
      expect([a?.reveal(), b?.reveal(), none]).toEqual(['value-a', 'value-b', undefined]);
    }
    expect(assuming.requests.list().map(({ operation }) => operation)).toEqual([
      ...['list', 'list', 'find', 'find'], // refused, without payloads, and one by one
      ...['find', 'find', 'find'],
    ]);
  });

  it('may be that names are told apart by case, or not: reads and batches agree', async () => {
    for (const caseSensitiveNames of [true, false]) {
      const { assuming, secrets } = await openAssuming({ caseSensitiveNames });
      assuming.secrets.put({ name: 'Token', payload: 'value' });
      const expected = caseSensitiveNames ? undefined : 'value';
      expect((await secrets.get('token'))?.reveal()).toBe(expected);
      expect((await secrets.getMany({ a: 'token', b: 'b' })).a?.reveal()).toBe(expected);
    }
  });

  it('may be that a replacement keeps the old expiry: that is an error, and no surprise later', async () => {
    const { secrets } = await openAssuming({ replaceClearsExpiry: false });
    await secrets.set('name', 'value', { expiresAt: new Date(Date.now() + 60_000) });
    await expect(secrets.set('name', 'value')).rejects.toMatchObject({
      code: 'invalid_data',
      message: expect.stringContaining('another expiry'),
    });
  });

  it.each<Assumptions>([
    { deleteBody: 'full' },
    { replaceKeepsId: false },
    { replaceKeepsCreated: false },
    { lengthUnit: 'bytes' },
    { lengthErrorShows: 'value' },
    { scopeExpands: true },
    { listOrder: 'oldestFirst' },
  ])('makes no difference: %j', async (assume) => {
    const { secrets } = await openAssuming(assume);
    await secrets.set('name', 'old');
    await secrets.set('name', 'new');
    expect((await secrets.require('name')).reveal()).toBe('new');
    await secrets.delete('name');
    expect(await secrets.get('name')).toBeUndefined();
    await secrets.delete('name');
  });
});

it('a cursor of a secret that is gone is invalid_argument', async () => {
  const provider = stripeSecrets({ client: plain() });
  await expect(provider.list({ cursor: 'appsecret_gone' }, {})).rejects.toMatchObject({
    code: 'invalid_argument',
    details: { vendorCode: 'resource_missing' },
  });
});

it('a wait until a date is measured by the provider’s clock', async () => {
  const headers = { 'retry-after': 'Tue, 24 Nov 2026 12:00:30 GMT' };
  emulator.faults.add({ kind: 'reply', status: 429, headers, body: { error: { code: 'rate_limit' } } });
  const provider = stripeSecrets({ client: plain(), now: () => Date.parse('2026-11-24T12:00:00Z') });
  await expect(provider.get({ name: 'name' }, {})).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: 30_000,
  });
});

describe('arguments', () => {
  it.each([
    ['an empty value', () => ['name', '']],
    ['a value over 5,000 characters', () => ['name', 'x'.repeat(5_001)]],
    ['half of a surrogate pair in a value', () => ['name', '\ud800']],
    ['half of a surrogate pair in a name', () => ['\ud800', 'value']],
    ['a name over 5,000 characters', () => ['n'.repeat(5_001), 'value']],
    ['an expiry that has passed', () => ['name', 'value', new Date(now() - 1)]],
    [
      'an expiry within this very second',
      () => ['name', 'value', new Date(Math.floor(now() / 1_000) * 1_000 + 999)],
    ],
    ['an expiry more than 100 years ahead', () => ['name', 'value', new Date('2199-01-01')]],
    ['an invalid date', () => ['name', 'value', new Date('never')]],
  ] as const)('are checked before anything is sent: %s', async (_, args) => {
    const [name, value, expiresAt] = args() as unknown as [string, string, Date | undefined];
    const secrets = createSecrets(stripeSecrets({ client: plain(), now }));
    await expect(secrets.set(name, value, { expiresAt })).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(emulator.requests.count()).toBe(0);
  });
});

describe('time', () => {
  it('a value is served until just before its expiry, and is gone at it', async () => {
    const expiresAt = new Date(Math.ceil(now() / 1_000) * 1_000 + 10_000);
    const frozen = { ms: expiresAt.getTime() - 1 };
    const payload = {
      id: 'appsecret_1',
      object: 'apps.secret',
      created: 1,
      livemode: false,
      name: 'name',
      payload: 'value',
    };
    const body = { ...payload, expires_at: expiresAt.getTime() / 1_000 };
    emulator.faults.add({ kind: 'reply', status: 200, body, times: 2 });
    const secrets = createSecrets(stripeSecrets({ client: plain(), now: () => frozen.ms }));
    expect((await secrets.get('name'))?.reveal()).toBe('value');
    frozen.ms += 1;
    expect(await secrets.get('name')).toBeUndefined();
  });
});

describe('options', () => {
  it('are not a client alone', () => {
    const build = () => stripeSecrets({ apps: { secrets: {} } } as never);
    expect(build).toThrow('not a client alone: stripeSecrets({ client }).');
  });

  it.each([
    [undefined, /object of options/],
    [{}, /needs a client/],
    [{ client: { apps: {} } }, /needs a client/],
    [{ client: 'sk_test_CANARYKEY' }, /needs a client/],
    [{ account: '' }, /account is the id/],
    [{ account: undefined }, undefined],
    [{ account: 'acct 1' }, /account is the id/],
    [{ accountHeader: 'Stripe-Account' }, /accountHeader is 'stripeAccount' or 'stripeContext'/],
    [{ livemode: 'yes' }, /livemode is true or false/],
    [{ now: 5 }, /now is a function/],
    [{ acount: 'acct_1' }, /no option "acount"/],
  ])('are checked when it is built: %j', (options, message) => {
    const all =
      options && !('client' in options) && Object.keys(options).length > 0
        ? { client: plain(), ...options }
        : options;
    const build = () => stripeSecrets(all as never);
    if (message) expect(build).toThrow(message);
    else expect(build).not.toThrow();
    if (message) expect(build).toThrow(TypeError);
  });

  it('a key of the mode that was not meant is refused when it is built', () => {
    const client = createStripeClient({ apiKey, baseUrl: emulator.url });
    expect(() => stripeSecrets({ client, livemode: true })).toThrow(/test-mode/);
    expect(() => stripeSecrets({ client, livemode: false })).not.toThrow();
  });

  it('take a Stripe instance as it is', () => {
    expectTypeOf<Stripe>().toExtend<StripeClient>();
  });
});

describe('printing', () => {
  it('a provider, a stack or a client shows neither a value nor the key', async () => {
    emulator.secrets.put({ name: 'name', payload: canary });
    const provider = stripeSecrets({ client: createStripeClient({ apiKey, baseUrl: emulator.url }) });
    const secrets = createSecrets(compose()(provider));
    const secret: Secret = await secrets.require('name');
    for (const thing of [provider, secrets, secret]) expectNothingShown(thing);
  });
});

function expectNothingShown(thing: unknown): void {
  const everything = [
    String(thing),
    JSON.stringify(thing),
    inspect(thing, {
      depth: Number.POSITIVE_INFINITY,
      showHidden: true,
      customInspect: false,
      getters: true,
    }),
    inspect(thing, { depth: Number.POSITIVE_INFINITY }),
    thing instanceof Error ? String(thing.stack) : '',
  ].join('\n');
  expect(everything.includes(canary)).toBe(false);
  expect(everything.includes(apiKey)).toBe(false);
}

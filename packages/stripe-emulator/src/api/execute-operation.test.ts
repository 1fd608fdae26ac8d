import { describe, expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, fakeClock, raw, useEmulator } from '../../test/use-emulator.js';

const scope = { type: 'account' } as const;

describe('create', () => {
  test('returns the secret without its payload', async () => {
    const clock = fakeClock();
    const stripe = sdk(await useEmulator({ now: clock.now }));
    const secret = await stripe.apps.secrets.create({ scope, name: 'my-api-key', payload: 'hunter2' });
    expect(JSON.parse(JSON.stringify(secret))).toEqual({
      id: expect.stringMatching(/^appsecret_51\w{28}$/),
      object: 'apps.secret',
      created: clock.now() / 1000,
      expires_at: null,
      livemode: false,
      name: 'my-api-key',
      scope: { type: 'account' },
    });
    expect(secret.lastResponse.statusCode).toBe(200);
    expect(secret.lastResponse.requestId).toMatch(/^req_\w{14}$/);
  });

  test('returns the payload if it is expanded', async () => {
    const stripe = sdk(await useEmulator());
    const payload = 'sé "x"&=+[]😀 \n%';
    const secret = await stripe.apps.secrets.create({ scope, name: 'a', payload, expand: ['payload'] });
    expect(secret.payload).toBe(payload);
  });

  test('replaces a secret with the same name', async () => {
    const emulator = await useEmulator();
    const stripe = sdk(emulator);
    const first = await stripe.apps.secrets.create({ scope, name: 'a', payload: 'one' });
    const second = await stripe.apps.secrets.create({ scope, name: 'a', payload: 'two' });
    expect(second.id).toBe(first.id);
    expect(emulator.secrets.get({ name: 'a' })?.payload).toBe('two');
    expect(emulator.secrets.list()).toHaveLength(1);
  });

  test('refuses the eleventh secret of a scope, but replaces one of the ten', async () => {
    const emulator = await useEmulator();
    const stripe = sdk(emulator);
    for (let n = 0; n < 10; n += 1) emulator.secrets.put({ name: `s${n}`, payload: 'p' });
    await expect(stripe.apps.secrets.create({ scope, name: 's10', payload: 'p' })).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 400,
    });
    await stripe.apps.secrets.create({ scope, name: 's9', payload: 'new' });
    const user = { type: 'user', user: 'usr_1' } as const;
    await stripe.apps.secrets.create({ scope: user, name: 's10', payload: 'p' });
    expect(emulator.secrets.list()).toHaveLength(10);
    expect(emulator.secrets.get({ name: 's9' })?.payload).toBe('new');
  });

  test('accepts names of object properties, such as __proto__', async () => {
    const stripe = sdk(await useEmulator());
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      await expect(stripe.apps.secrets.find({ scope, name })).rejects.toMatchObject({ statusCode: 404 });
      await stripe.apps.secrets.create({ scope, name, payload: `payload of ${name}` });
      const found = await stripe.apps.secrets.find({ scope, name, expand: ['payload'] });
      expect(found).toMatchObject({ name, payload: `payload of ${name}` });
    }
  });
});

describe('find', () => {
  test('omits the payload unless it is expanded', async () => {
    const emulator = await useEmulator();
    emulator.secrets.put({ name: 'db/pass word', payload: 'hunter2' });
    const stripe = sdk(emulator);
    const plain = await stripe.apps.secrets.find({ scope, name: 'db/pass word' });
    expect('payload' in plain).toBe(false);
    const full = await stripe.apps.secrets.find({ scope, name: 'db/pass word', expand: ['payload'] });
    expect(full.payload).toBe('hunter2');
  });

  test('returns resource_missing for a missing secret', async () => {
    const stripe = sdk(await useEmulator());
    await expect(stripe.apps.secrets.find({ scope, name: 'appConfig' })).rejects.toMatchObject({
      type: 'StripeInvalidRequestError',
      statusCode: 404,
      code: 'resource_missing',
      message: "No such secret: 'appConfig'",
      doc_url: 'https://stripe.com/docs/error-codes/resource-missing',
    });
  });

  test('accepts the longest name, percent-encoded', async () => {
    const emulator = await useEmulator();
    const name = '😀'.repeat(5000);
    emulator.secrets.put({ name, payload: 'p' });
    expect((await sdk(emulator).apps.secrets.find({ scope, name })).name).toBe(name);
  });

  test('returns 404 from the expiry of a secret', async () => {
    const clock = fakeClock();
    const emulator = await useEmulator({ now: clock.now });
    const stripe = sdk(emulator);
    const expires_at = clock.now() / 1000 + 60;
    const made = await stripe.apps.secrets.create({ scope, name: 'a', payload: 'p', expires_at });
    expect(made.expires_at).toBe(expires_at);
    clock.advance(59_999);
    await stripe.apps.secrets.find({ scope, name: 'a' });
    clock.advance(1);
    await expect(stripe.apps.secrets.find({ scope, name: 'a' })).rejects.toMatchObject({ statusCode: 404 });
    expect(emulator.secrets.list()).toEqual([]);
  });
});

describe('deleteWhere', () => {
  test('returns only id, object and deleted', async () => {
    const emulator = await useEmulator();
    const { id } = emulator.secrets.put({ name: 'a', payload: 'p' });
    const gone = await sdk(emulator).apps.secrets.deleteWhere({ scope, name: 'a' });
    expect(JSON.parse(JSON.stringify(gone))).toEqual({ id, object: 'apps.secret', deleted: true });
    expect(emulator.secrets.get({ name: 'a' })).toBeUndefined();
  });

  test('returns resource_missing for a missing secret', async () => {
    await expect(
      sdk(await useEmulator()).apps.secrets.deleteWhere({ scope, name: 'a' }),
    ).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });
});

describe('list', () => {
  async function filled() {
    const clock = fakeClock();
    const emulator = await useEmulator({ now: clock.now });
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      emulator.secrets.put({ name, payload: `payload-${name}` });
      clock.advance(1000);
    }
    return { emulator, stripe: sdk(emulator) };
  }

  test('returns the newest secret first, without payloads', async () => {
    const { stripe } = await filled();
    const list = await stripe.apps.secrets.list({ scope });
    expect(list).toMatchObject({ object: 'list', url: '/v1/apps/secrets', has_more: false });
    expect(list.data.map(({ name }) => name)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(list.data.some((secret) => 'payload' in secret)).toBe(false);
  });

  test('returns payloads if data.payload is expanded', async () => {
    const { stripe } = await filled();
    const list = await stripe.apps.secrets.list({ scope, expand: ['data.payload'] });
    expect(list.data[0]?.payload).toBe('payload-e');
  });

  test('keeps the order of secrets that were created in the same second', async () => {
    const emulator = await useEmulator({ now: fakeClock().now });
    for (const name of ['a', 'b', 'c']) emulator.secrets.put({ name, payload: 'p' });
    const list = await sdk(emulator).apps.secrets.list({ scope });
    expect(list.data.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  });

  test.each([{ limit: 1 }, { limit: 2 }, { limit: 4 }, { limit: 5 }, { limit: 100 }])(
    'gives every secret once by auto-pagination with $limit a page',
    async ({ limit }) => {
      const { emulator, stripe } = await filled();
      const all = await stripe.apps.secrets
        .list({ scope, limit, expand: ['data.payload'] })
        .autoPagingToArray({ limit: 100 });
      expect(all.map(({ payload }) => payload)).toEqual(['e', 'd', 'c', 'b', 'a'].map((n) => `payload-${n}`));
      expect(emulator.requests.count({ operation: 'list' })).toBe(Math.ceil(5 / limit));
    },
  );

  test('pages backwards with ending_before', async () => {
    const { emulator, stripe } = await filled();
    const ending_before = emulator.secrets.get({ name: 'a' })?.id ?? '';
    const list = await stripe.apps.secrets.list({ scope, limit: 2, ending_before });
    expect(list.data.map(({ name }) => name)).toEqual(['c', 'b']);
    expect(list.has_more).toBe(true);
    const first = await stripe.apps.secrets.list({ scope, limit: 2, ending_before: list.data[0]?.id ?? '' });
    expect(first.data.map(({ name }) => name)).toEqual(['e', 'd']);
    expect(first.has_more).toBe(false);
  });

  test('returns an empty list for an empty scope', async () => {
    const { stripe } = await filled();
    const user = { type: 'user', user: 'usr_none' } as const;
    expect((await stripe.apps.secrets.list({ scope: user })).data).toEqual([]);
  });

  test.each(['starting_after', 'ending_before'])('refuses an unknown %s', async (param) => {
    const { emulator } = await filled();
    const response = await raw(emulator, `/v1/apps/secrets?scope[type]=account&${param}=appsecret_x`);
    expect(response.status).toBe(400);
    expect(errorOf(response)).toMatchObject({ code: 'resource_missing', param });
  });
});

test('responses have the format of Stripe', async () => {
  const emulator = await useEmulator({ now: fakeClock().now });
  const { id } = emulator.secrets.put({ name: 'a', payload: 'p', scope: { type: 'user', user: 'usr_1' } });
  const path = '/v1/apps/secrets/find?name=a&scope[type]=user&scope[user]=usr_1&expand[]=payload';
  expect((await raw(emulator, path)).text).toBe(`{
  "id": "${id}",
  "object": "apps.secret",
  "created": 1750000000,
  "expires_at": null,
  "livemode": false,
  "name": "a",
  "payload": "p",
  "scope": {
    "type": "user",
    "user": "usr_1"
  }
}
`);
});

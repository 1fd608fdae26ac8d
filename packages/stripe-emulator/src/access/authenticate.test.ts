import { describe, expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, raw, useEmulator } from '../../test/use-emulator.js';
import type { PermissionTarget } from './permissions.js';

const scope = { type: 'account' } as const;
const list = '/v1/apps/secrets?scope[type]=account';

describe('keys', () => {
  test('a request without a key is a 401 in the error envelope', async () => {
    const response = await raw(await useEmulator(), list, { key: null });
    expect(response.status).toBe(401);
    expect(errorOf(response)).toEqual({
      type: 'invalid_request_error',
      message: expect.stringMatching(/^You did not provide an API key\./),
    });
  });

  test.each([
    { name: 'without a known prefix', key: 'abcdefghijklmnop1234', shown: '****************1234' },
    { name: 'that is publishable', key: 'pk_test_abcdefghijkl1234', shown: 'pk_test_************1234' },
    { name: 'that is too short to show any of it', key: 'sk-test-1', shown: '*********' },
  ])('a key $name is a 401 that masks it', async ({ key, shown }) => {
    const response = await raw(await useEmulator(), list, { key });
    expect(response.status).toBe(401);
    expect(errorOf(response)['message']).toBe(`Invalid API Key provided: ${shown}`);
  });

  test('the SDK throws a StripeAuthenticationError', async () => {
    const stripe = sdk(await useEmulator(), { key: 'nonsense' });
    await expect(stripe.apps.secrets.list({ scope })).rejects.toMatchObject({
      type: 'StripeAuthenticationError',
      statusCode: 401,
    });
  });

  test('accepts a key as the user name of basic authentication', async () => {
    const authorization = `Basic ${Buffer.from('sk_test_1:').toString('base64')}`;
    expect((await raw(await useEmulator(), list, { key: null, headers: { authorization } })).status).toBe(
      200,
    );
  });

  test.each(['sk_live_abcdefghijkl1234', 'rk_live_abcdefghijkl1234'])(
    'a live key is refused and not shown',
    async (key) => {
      const response = await raw(await useEmulator(), list, { key });
      expect(response.status).toBe(401);
      expect(errorOf(response)['message']).toContain('live key');
      expect(response.text).not.toContain('1234');
    },
  );

  test('keys that are not in keys are refused', async () => {
    const emulator = await useEmulator({ keys: [{ key: 'sk_test_known' }] });
    expect((await raw(emulator, list, { key: 'sk_test_known' })).status).toBe(200);
    expect((await raw(emulator, list, { key: 'sk_test_other' })).status).toBe(401);
  });
});

describe('modes', () => {
  test('test, live and sandbox keys have separate secrets', async () => {
    const emulator = await useEmulator({
      allowLiveKeys: true,
      keys: [{ key: 'sk_test_1' }, { key: 'sk_live_1' }, { key: 'sk_test_2', mode: 'sandbox' }],
    });
    const keys = { test: 'sk_test_1', live: 'sk_live_1', sandbox: 'sk_test_2' };
    for (const [mode, key] of Object.entries(keys)) {
      await sdk(emulator, { key }).apps.secrets.create({ scope, name: 'a', payload: `payload in ${mode}` });
    }
    for (const [mode, key] of Object.entries(keys)) {
      const found = await sdk(emulator, { key }).apps.secrets.find({ scope, name: 'a', expand: ['payload'] });
      expect(found).toMatchObject({ payload: `payload in ${mode}`, livemode: mode === 'live' });
    }
  });
});

describe('accounts', () => {
  test('every account has separate secrets, also the account of the key', async () => {
    const emulator = await useEmulator();
    const { secrets } = sdk(emulator).apps;
    await secrets.create({ scope, name: 'a', payload: 'own' });
    await secrets.create({ scope, name: 'a', payload: 'one' }, { stripeAccount: 'acct_1' });
    await secrets.create({ scope, name: 'a', payload: 'two' }, { stripeAccount: 'acct_2' });
    const expand = ['payload'];
    expect((await secrets.find({ scope, name: 'a', expand })).payload).toBe('own');
    const one = await secrets.find({ scope, name: 'a', expand }, { stripeAccount: 'acct_1' });
    expect(one.payload).toBe('one');
    expect(one.lastResponse.stripeAccount).toBe('acct_1');
    expect(emulator.secrets.get({ account: 'acct_2', name: 'a' })?.payload).toBe('two');
    expect(emulator.secrets.get({ account: 'acct_emulator', name: 'a' })?.payload).toBe('own');
  });

  test('Stripe-Context selects an account like Stripe-Account', async () => {
    const emulator = await useEmulator();
    emulator.secrets.put({ account: 'acct_1', name: 'a', payload: 'one' });
    const found = await sdk(emulator).apps.secrets.find(
      { scope, name: 'a', expand: ['payload'] },
      { stripeContext: 'acct_1' },
    );
    expect(found.payload).toBe('one');
  });

  test('headers with different accounts are refused', async () => {
    const headers = { 'stripe-account': 'acct_1', 'stripe-context': 'acct_2' };
    expect((await raw(await useEmulator(), list, { headers })).status).toBe(400);
  });

  test.each([
    { name: 'that is not installed', options: { accounts: ['acct_1'] }, account: 'acct_2' },
    { name: 'that is not an account id', options: {}, account: 'usr_1' },
  ])('an account $name is a 403 account_invalid', async ({ options, account }) => {
    const stripe = sdk(await useEmulator(options), { key: 'sk_test_abcdefghijkl1234' });
    await expect(stripe.apps.secrets.list({ scope }, { stripeAccount: account })).rejects.toMatchObject({
      type: 'StripePermissionError',
      statusCode: 403,
      code: 'account_invalid',
      message: `The provided key 'sk_test_************1234' does not have access to account '${account}' (or that account does not exist). Application access may have been revoked.`,
    });
  });

  test('an uninstalled app cannot access the account, and finds its secrets when it is installed again', async () => {
    const emulator = await useEmulator({ accounts: ['acct_1'] });
    emulator.secrets.put({ account: 'acct_1', name: 'a', payload: 'p' });
    const { secrets } = sdk(emulator).apps;
    const read = (stripeAccount: string) => secrets.find({ scope, name: 'a' }, { stripeAccount });
    await read('acct_1');
    emulator.accounts.uninstall('acct_1');
    await expect(read('acct_1')).rejects.toMatchObject({ statusCode: 403, code: 'account_invalid' });
    emulator.accounts.install('acct_1');
    emulator.accounts.install('acct_2');
    expect((await read('acct_1')).name).toBe('a');
    await expect(read('acct_2')).rejects.toMatchObject({ statusCode: 404 });
    emulator.reset();
    await expect(read('acct_2')).rejects.toMatchObject({ statusCode: 403 });
  });

  test('a key with an account accesses it without a header', async () => {
    const emulator = await useEmulator({ accounts: [], keys: [{ key: 'sk_test_1', account: 'acct_7' }] });
    await sdk(emulator).apps.secrets.create({ scope, name: 'a', payload: 'p' });
    expect(emulator.secrets.get({ account: 'acct_7', name: 'a' })?.payload).toBe('p');
    await sdk(emulator).apps.secrets.list({ scope }, { stripeAccount: 'acct_7' });
  });
});

describe('scopes', () => {
  test('the account and every user have separate secrets', async () => {
    const emulator = await useEmulator();
    const { secrets } = sdk(emulator).apps;
    const scopes = [
      { type: 'account' },
      { type: 'user', user: 'usr_1' },
      { type: 'user', user: 'usr_2' },
    ] as const;
    for (const one of scopes) await secrets.create({ scope: one, name: 'a', payload: JSON.stringify(one) });
    for (const one of scopes) {
      const found = await secrets.find({ scope: one, name: 'a', expand: ['payload'] });
      expect(found).toMatchObject({ payload: JSON.stringify(one), scope: one });
    }
    await secrets.deleteWhere({ scope: scopes[1], name: 'a' });
    expect(emulator.secrets.list({ scope: scopes[0] })).toHaveLength(1);
    expect(emulator.secrets.list({ scope: scopes[2] })).toHaveLength(1);
  });
});

describe('permissions', () => {
  const denied = { statusCode: 403, code: 'more_permissions_required_for_application' };

  test('without secret_write every operation is a 403', async () => {
    const emulator = await useEmulator({ secretWrite: false });
    const { secrets } = sdk(emulator).apps;
    const message =
      "This application does not have the required permissions for this endpoint on account 'acct_emulator'. Having the 'secret_write' permission would allow this request to continue.";
    const wrong = { ...denied, type: 'StripePermissionError', message };
    await expect(secrets.list({ scope })).rejects.toMatchObject(wrong);
    await expect(secrets.find({ scope, name: 'a' })).rejects.toMatchObject(wrong);
    await expect(secrets.create({ scope, name: 'a', payload: 'p' })).rejects.toMatchObject(wrong);
    await expect(secrets.deleteWhere({ scope, name: 'a' })).rejects.toMatchObject(wrong);
  });

  test('the permission can be revoked and granted while the emulator runs, for all accounts or for one', async () => {
    const emulator = await useEmulator();
    const { secrets } = sdk(emulator).apps;
    const at = (stripeAccount: string) => secrets.list({ scope }, { stripeAccount });
    emulator.permissions.revoke({ account: 'acct_1' });
    await expect(at('acct_1')).rejects.toMatchObject(denied);
    await at('acct_2');
    emulator.permissions.revoke();
    await expect(at('acct_2')).rejects.toMatchObject(denied);
    emulator.permissions.grant({ account: 'acct_1' });
    await at('acct_1');
    await expect(at('acct_2')).rejects.toMatchObject(denied);
    emulator.permissions.grant();
    await at('acct_2');
    emulator.permissions.revoke({ account: 'acct_1' });
    emulator.permissions.grant();
    await at('acct_1');
    emulator.permissions.revoke();
    emulator.reset();
    await at('acct_2');
  });

  test.each([
    {},
    { acount: 'acct_1' },
    { account: '' },
    { key: undefined },
    { key: 'rk_test_1', account: 'acct_1' },
  ])('a permission for %j is a TypeError', async (target) => {
    const { permissions } = await useEmulator();
    expect(() => permissions.grant(target as PermissionTarget)).toThrow(TypeError);
    expect(() => permissions.revoke(target as PermissionTarget)).toThrow(TypeError);
  });

  test('a restricted key requires its own grant', async () => {
    const emulator = await useEmulator();
    const key = 'rk_test_abcdefghijkl1234';
    const { secrets } = sdk(emulator, { key }).apps;
    await expect(secrets.list({ scope })).rejects.toMatchObject({
      ...denied,
      message: expect.stringMatching(/^The provided key 'rk_test_\*{12}1234' does not have/),
    });
    emulator.permissions.grant({ key });
    await secrets.list({ scope });
    emulator.permissions.revoke({ key });
    await expect(secrets.list({ scope })).rejects.toMatchObject(denied);
  });

  test('a restricted key can be granted at the start, and reset restores the grant', async () => {
    const key = 'rk_test_1';
    const emulator = await useEmulator({ keys: [{ key, secretWrite: true }] });
    const { secrets } = sdk(emulator, { key }).apps;
    await secrets.list({ scope });
    emulator.permissions.revoke({ key });
    emulator.reset();
    await secrets.list({ scope });
  });
});

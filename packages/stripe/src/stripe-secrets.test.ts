import { inspect } from 'node:util';
import { createSecrets } from '@secretkit/core';
import { startEmulator } from '@secretkit/stripe-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { emulatorClients } from '../test/emulator-clients.js';
import { canary } from '../test/responses.js';
import { stripeSecrets } from './stripe-secrets.js';

let emulator: Awaited<ReturnType<typeof startEmulator>>;
const now = () => Date.now();

beforeAll(async () => {
  emulator = await startEmulator({ now });
});
afterEach(() => emulator.reset());
afterAll(() => emulator.close());

describe.each(emulatorClients)('through $client', ({ make }) => {
  const open = (options: { account?: string } = {}) =>
    createSecrets(stripeSecrets({ client: make(emulator), now, ...options }));

  it.each([
    ['plain', 'value-1'],
    ['spaces, tabs and a newline', ' \t value \n'],
    ['syntax of shells and templates', '$HOME ${X} $2a$10$abc \\n `x` "q" \'q\' #=&+%20[]'],
    ['text that looks like another type', 'null'],
    ['emoji, right to left, combining marks', '🔑 שלום é'],
    ['a PEM block', '-----BEGIN KEY-----\nabc\ndef==\n-----END KEY-----\n'],
    ['the maximum length', 'x'.repeat(5_000)],
  ])('a value is stored byte for byte: %s', async (_, value) => {
    const secrets = open();
    await secrets.set('name', value);
    expect((await secrets.require('name')).reveal()).toBe(value);
    expect(emulator.secrets.get({ name: 'name' })?.payload).toBe(value);
  });

  it('a missing secret is undefined, and can be deleted', async () => {
    const secrets = open();
    expect(await secrets.get('name')).toBeUndefined();
    await secrets.delete('name');
    await secrets.set('name', 'value');
    await secrets.delete('name');
    expect(await secrets.get('name')).toBeUndefined();
  });

  it('accounts and users have separate secrets', async () => {
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

  it('the option account is the account of refs that name none', async () => {
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

  it('two or more names of a scope are one request, with the answers in order', async () => {
    const secrets = open();
    for (const name of ['a', 'b', 'c']) emulator.secrets.put({ name, payload: `value-${name}` });
    const { c, none, a } = await secrets.getMany({ c: 'c', none: 'none', a: 'a' });
    expect([c?.reveal(), none, a?.reveal()]).toEqual(['value-c', undefined, 'value-a']);
    expect(emulator.requests.list().map(({ operation }) => operation)).toEqual(['list']);
  });

  it('an expiry is stored in whole seconds, and returned with the creation date', async () => {
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

  it('a list has every name of its scope once, over pages, without values', async () => {
    const secrets = open();
    for (let i = 0; i < 10; i += 1) emulator.secrets.put({ name: `name-${i}`, payload: canary });
    emulator.secrets.put({ name: 'of a user', payload: canary, scope: { type: 'user', user: 'usr_1' } });
    const provider = stripeSecrets({ client: make(emulator) });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await provider.list(cursor === undefined ? { limit: 3 } : { limit: 3, cursor }, {});
      expect(inspect(page, { depth: null })).not.toContain(canary);
      names.push(...page.refs.map(({ name }) => name));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(names.sort()).toEqual(Array.from({ length: 10 }, (_, i) => `name-${i}`));
    const ofUser: string[] = [];
    for await (const ref of secrets.list({ scope: { user: 'usr_1' } })) ofUser.push(JSON.stringify(ref));
    expect(ofUser).toEqual(['{"name":"of a user","scope":{"user":"usr_1"}}']);
  });

  it('a call is one attempt: retries of the SDK are disabled', async () => {
    emulator.faults.add({ kind: 'serverError', times: 5 });
    await expect(open().get('name')).rejects.toMatchObject({ code: 'unavailable', details: { status: 500 } });
    expect(emulator.requests.count()).toBe(1);
  });

  it('a missing permission is permission_denied, and the message says where to add it', async () => {
    emulator.permissions.revoke();
    await expect(open().get('name')).rejects.toMatchObject({
      code: 'permission_denied',
      message: expect.stringMatching(/secret_write.*stripe-app\.json/),
    });
  });
});

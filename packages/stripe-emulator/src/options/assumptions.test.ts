import { describe, expect, test } from 'vitest';
import { sdk } from '../../test/sdk.js';
import { errorOf, fakeClock, type RawRequest, raw, useEmulator } from '../../test/use-emulator.js';
import { type AssumedError, type AssumedErrorName, defaultErrors } from './assumed-errors.js';
import type { Assumptions } from './assumptions.js';
import type { EmulatorOptions } from './emulator-options.js';

const scope = { type: 'account' } as const;
const find = '/v1/apps/secrets/find?scope[type]=account&name=a';

async function use(assume: Assumptions) {
  const clock = fakeClock();
  const emulator = await useEmulator({ now: clock.now, assume });
  return { clock, emulator, secrets: sdk(emulator).apps.secrets };
}

test('deleteBody full returns the whole secret after a delete', async () => {
  const { secrets } = await use({ deleteBody: 'full' });
  const created = await secrets.create({ scope, name: 'a', payload: 'p' });
  const deleted = await secrets.deleteWhere({ scope, name: 'a' });
  expect(JSON.parse(JSON.stringify(deleted))).toEqual({ ...created, deleted: true });
  expect(Object.keys(deleted)).toEqual([
    'id',
    'object',
    'created',
    'deleted',
    'expires_at',
    'livemode',
    'name',
    'scope',
  ]);
});

describe('a replaced secret', () => {
  test.each([
    { assume: {}, sameId: true, sameCreated: true },
    { assume: { replaceKeepsId: false }, sameId: false, sameCreated: true },
    { assume: { replaceKeepsCreated: false }, sameId: true, sameCreated: false },
  ])('with $assume keeps its id: $sameId, keeps its created: $sameCreated', async (row) => {
    const { clock, secrets } = await use(row.assume);
    const first = await secrets.create({ scope, name: 'a', payload: 'p' });
    clock.advance(5000);
    await secrets.create({ scope, name: 'b', payload: 'p' });
    clock.advance(5000);
    const second = await secrets.create({ scope, name: 'a', payload: 'p' });
    expect(second.id === first.id).toBe(row.sameId);
    expect(second.created === first.created).toBe(row.sameCreated);
    const { data } = await secrets.list({ scope });
    expect(data.map(({ name }) => name)).toEqual(row.sameCreated ? ['b', 'a'] : ['a', 'b']);
  });

  test.each([true, false])('without expires_at loses its expiry: %s', async (replaceClearsExpiry) => {
    const { clock, secrets } = await use({ replaceClearsExpiry });
    const expires_at = clock.now() / 1000 + 60;
    await secrets.create({ scope, name: 'a', payload: 'p', expires_at });
    const second = await secrets.create({ scope, name: 'a', payload: 'q' });
    expect(second.expires_at).toBe(replaceClearsExpiry ? null : expires_at);
  });
});

test.each([
  { lengthUnit: 'codePoints', fits: '😀'.repeat(5000), over: 'é'.repeat(5001) },
  { lengthUnit: 'utf16', fits: 'é'.repeat(5000), over: '😀'.repeat(2501) },
  { lengthUnit: 'bytes', fits: 'é'.repeat(2500), over: 'é'.repeat(2501) },
] as const)('lengthUnit $lengthUnit is the unit of the limit of 5000', async ({ lengthUnit, fits, over }) => {
  const { secrets } = await use({ lengthUnit });
  await secrets.create({ scope, name: 'a', payload: fits });
  await expect(secrets.create({ scope, name: 'a', payload: over })).rejects.toMatchObject({
    param: 'payload',
  });
});

test.each([
  { lengthErrorShows: 'ends', shown: 'Invalid string: 😀234...fghi; must be at most 5000 characters' },
  { lengthErrorShows: 'param', shown: 'Invalid string: name; must be at most 5000 characters' },
  { lengthErrorShows: 'value', shown: /^Invalid string: 😀234x{5000}fghi; / },
] as const)(
  'lengthErrorShows $lengthErrorShows selects the content of the error',
  async ({ lengthErrorShows, shown }) => {
    const { secrets } = await use({ lengthErrorShows });
    const long = `😀234${'x'.repeat(5000)}fghi`;
    const message = typeof shown === 'string' ? shown : expect.stringMatching(shown);
    await expect(secrets.create({ scope, name: long, payload: 'p' })).rejects.toMatchObject({ message });
    await expect(secrets.create({ scope, name: 'a', payload: long })).rejects.toMatchObject({
      message: 'Invalid string: payload; must be at most 5000 characters',
    });
  },
);

test.each([true, false])('caseSensitiveNames %s: A and a are two names', async (caseSensitiveNames) => {
  const { emulator } = await use({ caseSensitiveNames });
  emulator.secrets.put({ name: 'A', payload: 'p' });
  expect((await raw(emulator, find)).status).toBe(caseSensitiveNames ? 404 : 200);
});

test('every name must match namePattern, also with a global expression', async () => {
  const { secrets } = await use({ namePattern: /^[a-z]+$/g });
  for (const name of ['a', 'b', 'c']) await secrets.create({ scope, name, payload: 'p' });
  await expect(secrets.create({ scope, name: 'a b', payload: 'p' })).rejects.toMatchObject({ param: 'name' });
});

test('users lists every user that exists', async () => {
  const { secrets } = await use({ users: ['usr_1'] });
  await secrets.list({ scope: { type: 'user', user: 'usr_1' } });
  await secrets.list({ scope });
  await expect(secrets.list({ scope: { type: 'user', user: 'usr_2' } })).rejects.toMatchObject({
    statusCode: 400,
    code: 'resource_missing',
  });
});

test('listOrder oldestFirst returns the oldest secret first', async () => {
  const { clock, emulator, secrets } = await use({ listOrder: 'oldestFirst' });
  for (const name of ['a', 'b', 'c']) {
    emulator.secrets.put({ name, payload: 'p' });
    clock.advance(1000);
  }
  const all = await secrets.list({ scope, limit: 1 }).autoPagingToArray({ limit: 10 });
  expect(all.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test('listExpandsPayload false refuses data.payload', async () => {
  const { secrets } = await use({ listExpandsPayload: false });
  await expect(secrets.list({ scope, expand: ['data.payload'] })).rejects.toMatchObject({ statusCode: 400 });
});

test.each([
  { scopeExpands: true, status: 200 },
  { scopeExpands: false, status: 400 },
])('scopeExpands $scopeExpands: expand[]=scope returns $status', async ({ scopeExpands, status }) => {
  const { emulator } = await use({ scopeExpands });
  emulator.secrets.put({ name: 'a', payload: 'hunter2' });
  const response = await raw(emulator, `${find}&expand[]=scope`);
  expect(response.status).toBe(status);
  expect(response.text).not.toContain('hunter2');
});

describe('errors', () => {
  const create = '/v1/apps/secrets';
  const list = '/v1/apps/secrets?scope[type]=account';
  const cases: readonly {
    readonly error: AssumedErrorName;
    readonly options?: EmulatorOptions;
    readonly path: string;
    readonly request?: RawRequest;
    readonly defaults: object;
  }[] = [
    {
      error: 'accountInvalid',
      path: find,
      request: { key: 'sk_test_abcdefghijkl1234', headers: { 'stripe-account': 'nonsense' } },
      defaults: {
        status: 403,
        code: 'account_invalid',
        message:
          "The provided key 'sk_test_************1234' does not have access to account 'nonsense' (or that account does not exist). Application access may have been revoked.",
      },
    },
    {
      error: 'bothCursors',
      path: `${list}&starting_after=a&ending_before=b`,
      defaults: { status: 400, param: 'ending_before' },
    },
    {
      error: 'cursorUnknown',
      path: `${list}&starting_after=appsecret_x`,
      defaults: {
        status: 400,
        code: 'resource_missing',
        param: 'starting_after',
        message: "No such secret: 'appsecret_x'",
      },
    },
    {
      error: 'expiryInPast',
      path: create,
      request: { body: 'name=a&payload=p&scope[type]=account&expires_at=1' },
      defaults: { status: 400, param: 'expires_at' },
    },
    {
      error: 'expiryTooFar',
      path: create,
      request: { body: 'name=a&payload=p&scope[type]=account&expires_at=99999999999' },
      defaults: { status: 400, param: 'expires_at' },
    },
    {
      error: 'keyPermissionMissing',
      path: find,
      request: { key: 'rk_test_abcdefghijkl1234' },
      defaults: {
        status: 403,
        code: 'more_permissions_required_for_application',
        message:
          "The provided key 'rk_test_************1234' does not have the required permissions for this endpoint on account 'acct_emulator'. Having the 'rak_secret_write' permission would allow this request to continue.",
      },
    },
    {
      error: 'nameRefused',
      options: { assume: { namePattern: /^b/ } },
      path: find,
      defaults: { status: 400, param: 'name' },
    },
    {
      error: 'permissionMissing',
      options: { secretWrite: false },
      path: find,
      defaults: {
        status: 403,
        code: 'more_permissions_required_for_application',
        message:
          "This application does not have the required permissions for this endpoint on account 'acct_emulator'. Having the 'secret_write' permission would allow this request to continue.",
      },
    },
    {
      error: 'scopeFull',
      path: create,
      request: { body: 'name=a&payload=p&scope[type]=account' },
      defaults: { status: 400 },
    },
    {
      error: 'secretMissing',
      path: find,
      defaults: { status: 404, code: 'resource_missing', message: "No such secret: 'a'" },
    },
    {
      error: 'textTooLong',
      path: create,
      request: { body: `name=a&payload=${'x'.repeat(5001)}&scope[type]=account` },
      defaults: {
        status: 400,
        param: 'payload',
        message: 'Invalid string: payload; must be at most 5000 characters',
      },
    },
    {
      error: 'userMissing',
      path: '/v1/apps/secrets?scope[type]=user',
      defaults: {
        status: 400,
        code: 'parameter_missing',
        param: 'scope[user]',
        message: 'Missing required param: scope[user].',
      },
    },
    {
      error: 'userRefused',
      path: `${list}&scope[user]=usr_1`,
      defaults: { status: 400, param: 'scope[user]' },
    },
    {
      error: 'userUnknown',
      options: { assume: { users: [] } },
      path: '/v1/apps/secrets?scope[type]=user&scope[user]=usr_1',
      defaults: { status: 400, param: 'scope[user]', message: "No such user: 'usr_1'" },
    },
  ];

  async function send(row: (typeof cases)[number], error?: AssumedError) {
    const assume = { ...row.options?.assume, errors: { [row.error]: error } };
    const emulator = await useEmulator({ now: fakeClock().now, ...row.options, assume });
    const filled = row.error === 'scopeFull' ? 10 : 0;
    for (let n = 0; n < filled; n += 1) emulator.secrets.put({ name: `s${n}`, payload: 'p' });
    const response = await raw(emulator, row.path, row.request);
    return { status: response.status, ...errorOf(response) };
  }

  test.each(cases)('$error has the documented defaults', async (row) => {
    expect(await send(row)).toMatchObject(row.defaults);
  });

  test.each(cases)('$error has the configured fields', async (row) => {
    const configured = { status: 422, code: 'other_code', message: 'Other words.', param: 'other' };
    expect(await send(row, configured)).toMatchObject(configured);
    const withoutFields = await send(row, { ...configured, code: null, param: null });
    expect(withoutFields).not.toHaveProperty('code');
    expect(withoutFields).not.toHaveProperty('param');
  });

  test('every error has a case', () => {
    expect(cases.map(({ error }) => error)).toEqual(Object.keys(defaultErrors));
  });

  test('a name cannot replace a placeholder of the message', async () => {
    const emulator = await useEmulator();
    const response = await raw(emulator, '/v1/apps/secrets/find?scope[type]=account&name={account}{name}');
    expect(errorOf(response)['message']).toBe("No such secret: '{account}{name}'");
  });
});

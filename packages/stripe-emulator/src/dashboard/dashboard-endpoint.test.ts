import { describe, expect, test } from 'vitest';
import { bodyOf, codeOf, errorOf, type RawRequest, raw, useEmulator } from '../../test/use-emulator.js';
import type { EmulatorOptions } from '../options/emulator-options.js';
import type { Emulator } from '../start-emulator.js';

const origin = 'http://127.0.0.1:5173';
const user = 'usr_alice';
const path = '/_emulator/dashboard';
const placeholder = 'Bearer DO_NOT_PASS_A_REAL_API_KEY';
const form = 'application/x-www-form-urlencoded';
const list = '/v1/apps/secrets?scope[type]=account';

function start(more: EmulatorOptions = {}): Promise<Emulator> {
  return useEmulator({ dashboard: { origin, user, account: 'acct_1' }, ...more });
}

/** The body of a request, as the extension SDK sends it. */
function call(apiPath: unknown, options: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { path: apiPath, options: { method: 'GET', headers: { Authorization: placeholder }, ...options } };
}

function create(body: string, headers: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return call('/v1/apps/secrets', {
    method: 'POST',
    body,
    headers: { Authorization: placeholder, 'Content-Type': form, ...headers },
  });
}

function send(emulator: Emulator, body: unknown, { headers, ...more }: RawRequest = {}) {
  return raw(emulator, path, {
    key: emulator.dashboard!.token,
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { origin, 'content-type': 'application/json', 'sec-fetch-site': 'cross-site', ...headers },
    ...more,
  });
}

const namesOf = ({ secrets }: Emulator) =>
  [undefined, { type: 'user', user } as const, { type: 'user', user: 'usr_bob' } as const].flatMap((scope) =>
    ['acct_1', 'acct_emulator'].flatMap((account) =>
      secrets.list({ account, ...(scope && { scope }) }).map(({ name }) => name),
    ),
  );

describe('a request of the page', () => {
  test('is executed on the account of the session, and answered in the shape of the SDK', async () => {
    const emulator = await start();
    const response = await send(emulator, create('name=a&payload=p&scope[type]=account'));
    expect([response.status, response.headers['access-control-allow-origin']]).toEqual([200, origin]);
    expect(bodyOf(response)).toEqual({
      json: expect.objectContaining({ object: 'apps.secret', name: 'a' }),
      headers: expect.objectContaining({ 'request-id': expect.stringMatching(/^req_/) }),
      ok: true,
      redirected: false,
      status: 200,
      statusText: '',
      type: 'cors',
      url: 'https://api.stripe.com/v1/apps/secrets',
    });
    expect(emulator.secrets.get({ account: 'acct_1', name: 'a' })?.payload).toBe('p');
    expect(emulator.requests.list()).toMatchObject([
      { operation: 'create', account: 'acct_1', mode: 'test' },
    ]);
  });

  test('may use the scope of its user', async () => {
    const emulator = await start();
    await send(emulator, create(`name=a&payload=p&scope[type]=user&scope[user]=${user}`));
    const scope = { type: 'user', user } as const;
    expect(emulator.secrets.get({ account: 'acct_1', scope, name: 'a' })?.payload).toBe('p');
  });

  test('gets the errors of Stripe in the same shape', async () => {
    const emulator = await start();
    emulator.permissions.revoke();
    expect(bodyOf(await send(emulator, call(list)))).toMatchObject({
      status: 403,
      ok: false,
      json: { error: { code: 'more_permissions_required_for_application' } },
    });
    emulator.permissions.grant();
    emulator.accounts.uninstall('acct_1');
    expect(bodyOf(await send(emulator, call(list)))).toMatchObject({
      status: 403,
      json: { error: { code: 'account_invalid' } },
    });
  });

  test('passes Content-Type, Idempotency-Key and Stripe-Version, and no other header', async () => {
    const emulator = await start({ keys: [{ key: 'sk_test_1' }] }); // no key of these is needed
    const headers = {
      'Idempotency-Key': 'k1',
      'Stripe-Version': '2024-06-20',
      'X-Stripe-Client-Telemetry': 'x',
      Host: 'evil.example',
      Origin: 'http://evil.example',
      Cookie: 'a=b',
    };
    const body = create('name=a&payload=p&scope[type]=account', headers);
    await send(emulator, body);
    expect(bodyOf(await send(emulator, body))).toMatchObject({
      status: 200,
      headers: {
        'idempotent-replayed': 'true',
        'idempotency-key': 'k1',
        'stripe-version': '2024-06-20',
      },
    });
  });

  test('gets the faults of the emulator, also without a response', async () => {
    const emulator = await start();
    emulator.faults.add({ kind: 'serverError', status: 503 });
    emulator.faults.add({ kind: 'html' });
    emulator.faults.add({ kind: 'reset' });
    expect(bodyOf(await send(emulator, call(list)))).toMatchObject({ status: 503 });
    const html = bodyOf(await send(emulator, call(list)));
    expect([html['status'], 'json' in html]).toEqual([503, false]);
    expect(await send(emulator, call(list)).catch(codeOf)).toBe('ECONNRESET');
  });

  test('is preceded by a preflight request, which only the page passes', async () => {
    const emulator = await start();
    const preflight = (from: string) =>
      raw(emulator, path, {
        method: 'OPTIONS',
        key: null,
        headers: { origin: from, 'access-control-request-method': 'POST' },
      });
    expect(await preflight(origin)).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'authorization, content-type',
        vary: 'Origin',
      },
    });
    const other = await preflight('http://evil.example');
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([403, undefined]);
  });
});

describe('the mode is off by default', () => {
  test.each(['POST', 'OPTIONS'])('%s from a page is refused', async (method) => {
    const emulator = await useEmulator();
    expect(emulator.dashboard).toBeUndefined();
    const headers = { origin, 'content-type': 'application/json' };
    const response = await raw(emulator, path, { method, headers });
    expect(response.status).toBe(403);
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('each session has another token of 256 bits, which is in no state, log or error', async () => {
    const [one, two] = [await start(), await start()];
    const { token } = one.dashboard!;
    expect(token).toMatch(/^[\w-]{43}$/);
    expect(two.dashboard!.token).not.toBe(token);
    await send(one, call(list));
    const shown = [
      (await raw(one, '/_emulator/state', { key: null })).text,
      (await send(one, call(list), { key: 'other' })).text,
      JSON.stringify(one.requests.list()),
    ];
    expect(shown.join()).not.toContain(token);
  });
});

interface Attack {
  readonly name: string;
  readonly status: number;
  readonly body?: unknown;
  readonly request?: RawRequest;
}

const write = create('name=stolen&payload=p&scope[type]=account');

describe('an attack gets no effect', () => {
  test.each<Attack>([
    { name: 'another origin', status: 403, request: { headers: { origin: 'http://evil.example' } } },
    {
      name: 'the same host with another port',
      status: 403,
      request: { headers: { origin: 'http://127.0.0.1:5174' } },
    },
    {
      name: 'the same host with another scheme',
      status: 403,
      request: { headers: { origin: 'https://127.0.0.1:5173' } },
    },
    {
      name: 'an origin that begins like it',
      status: 403,
      request: { headers: { origin: `${origin}.evil.example` } },
    },
    { name: 'a sandboxed frame', status: 403, request: { headers: { origin: 'null' } } },
    { name: 'DNS rebinding', status: 403, request: { headers: { host: 'evil.example' } } },
    {
      name: 'a host that begins like one',
      status: 403,
      request: { headers: { host: '127.0.0.1.evil.example' } },
    },
    { name: 'no token', status: 401, request: { key: null } },
    { name: 'an empty token', status: 401, request: { key: '' } },
    { name: 'another token', status: 401, request: { key: 'A'.repeat(43) } },
    { name: 'an API key', status: 401, request: { key: 'sk_test_1' } },
    { name: 'a PUT', status: 405, request: { method: 'PUT' } },
    { name: 'a form', status: 415, request: { headers: { 'content-type': form } } },
    {
      name: 'text, which needs no preflight',
      status: 415,
      request: { headers: { 'content-type': 'text/plain' } },
    },
  ])('$name: $status', async ({ status, request }) => {
    const emulator = await start();
    const response = await send(emulator, write, request);
    expect(response.status).toBe(status);
    expect(errorOf(response)['message']).toMatch(/^emulator: /);
    const allowed = response.headers['access-control-allow-origin'];
    expect(allowed).toBe(status === 403 ? undefined : origin);
    expect([namesOf(emulator), emulator.requests.count()]).toEqual([[], 0]);
  });

  test('without an origin: 403', async () => {
    const emulator = await start();
    const headers = { 'content-type': 'application/json' };
    const response = await raw(emulator, path, {
      key: emulator.dashboard!.token,
      body: JSON.stringify(write),
      headers,
    });
    expect([response.status, namesOf(emulator)]).toEqual([403, []]);
  });

  test.each<Attack>([
    { name: 'no JSON', status: 400, body: '{' },
    { name: 'an array', status: 400, body: [] },
    { name: 'null', status: 400, body: 'null' },
    { name: 'no options', status: 400, body: { path: list } },
    { name: 'another field', status: 400, body: { ...call(list), account: 'acct_2' } },
    { name: 'another option', status: 400, body: call(list, { redirect: 'follow' }) },
    { name: 'a path of another type', status: 400, body: call(['/v1/apps/secrets']) },
    { name: 'a body of another type', status: 400, body: call(list, { body: { a: 1 } }) },
    { name: 'no key', status: 401, body: call(list, { headers: {} }) },
    { name: 'a real key', status: 401, body: call(list, { headers: { Authorization: 'Bearer sk_test_1' } }) },
    {
      name: 'two keys',
      status: 400,
      body: call(list, { headers: { authorization: placeholder, Authorization: 'Bearer sk_test_1' } }),
    },
    {
      name: 'a list of keys',
      status: 400,
      body: call(list, { headers: { Authorization: [placeholder, 'Bearer sk_test_1'] } }),
    },
    ...['Stripe-Account', 'stripe-context'].map((header) => ({
      name: `another account in ${header}`,
      status: 400,
      body: call(list, { headers: { Authorization: placeholder, [header]: 'acct_2' } }),
    })),
  ])('$name: $status', async ({ status, body }) => {
    const emulator = await start();
    const response = await send(emulator, body);
    expect(response.status).toBe(status);
    expect(errorOf(response)['message']).toMatch(/^emulator: /);
    expect(emulator.requests.count()).toBe(0);
  });

  test.each([
    '',
    'v1/apps/secrets',
    '/',
    '/v1/customers',
    '/v1/apps/secrets/',
    '/v1/apps/secrets/find/x',
    '/_emulator/state',
    '/_emulator/reset',
    '/v1/apps/secrets/../../../_emulator/reset',
    '/v1/apps/secrets/%2e%2e/%2E%2E/%2e%2e/_emulator/reset',
    '/v1/apps/secrets%2f..%2f..',
    '//evil.example/v1/apps/secrets',
    '/\\evil.example/v1/apps/secrets',
    '\\\\evil.example/v1/apps/secrets',
    'http://evil.example/v1/apps/secrets',
    'http://127.0.0.1:1/v1/apps/secrets',
    '/\t/evil.example/v1/apps/secrets',
    '//user@127.0.0.1/v1/apps/secrets',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ])('the path %j: 400', async (apiPath) => {
    const emulator = await start();
    emulator.secrets.put({ account: 'acct_1', name: 'kept', payload: 'p' });
    for (const method of ['GET', 'POST']) {
      expect((await send(emulator, call(apiPath, { method }))).status).toBe(400);
    }
    expect([namesOf(emulator), emulator.requests.count()]).toEqual([['kept'], 0]);
  });

  test.each(['PUT', 'DELETE', 'OPTIONS', 'get', 'GET /v1/apps/secrets HTTP/1.1'])(
    'the method %j: 400',
    async (method) => {
      const emulator = await start();
      expect((await send(emulator, call('/v1/apps/secrets', { method }))).status).toBe(400);
    },
  );

  test.each([
    'scope[type]=user&scope[user]=usr_bob',
    `scope[type]=user&scope[user]=${user}&scope[user]=usr_bob`,
    `scope[type]=user&scope[user]=usr_bob&scope[user]=${user}`,
    'scope%5Btype%5D=user&scope%5Buser%5D=usr_bob',
    'scope[type]=user&scope[user]=%75sr_bob',
    `scope[type]=user&scope[user][]=${user}&scope[user][]=usr_bob`,
  ])('the scope %s reaches no other user', async (scope) => {
    const emulator = await start();
    const secret = { account: 'acct_1', scope: { type: 'user', user: 'usr_bob' }, name: 'a' } as const;
    emulator.secrets.put({ ...secret, payload: 'hunter2' });
    const answers = [
      await send(emulator, call(`/v1/apps/secrets/find?name=a&expand[]=payload&${scope}`)),
      await send(emulator, call(`/v1/apps/secrets?expand[]=data.payload&${scope}`)),
      await send(emulator, create(`name=a&payload=p&${scope}`)),
      await send(emulator, { ...create(`name=a&${scope}`), path: '/v1/apps/secrets/delete' }),
    ];
    for (const { text } of answers) expect(text).not.toContain('hunter2');
    expect(emulator.secrets.get(secret)?.payload).toBe('hunter2');
  });

  test('the scope of another user is a 403 that names the remedy', async () => {
    const emulator = await start();
    const answer = bodyOf(
      await send(emulator, call('/v1/apps/secrets?scope[type]=user&scope[user]=usr_bob')),
    );
    expect(answer).toMatchObject({
      status: 403,
      json: { error: { param: 'scope[user]', message: expect.stringMatching(/userContext\.id/) } },
    });
  });

  test.each([
    ['the API', '/v1/apps/secrets?scope[type]=account'],
    ['the control endpoint', '/_emulator/state'],
    ['a path below the endpoint', `${path}/`],
  ])('%s still refuses the page', async (_, apiPath) => {
    const emulator = await start();
    const response = await raw(emulator, apiPath, { headers: { origin } });
    expect(response.status).toBe(403);
    expect(response.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a TypeError for', () => {
  test.each<[string, unknown, RegExp]>([
    ['no origin', { user }, /dashboard\.origin/],
    [
      'an origin on another machine',
      { origin: 'https://dashboard.example', user },
      /dashboard\.origin .*this machine/,
    ],
    ['an origin of any page', { origin: '*', user }, /dashboard\.origin/],
    ['an opaque origin', { origin: 'null', user }, /dashboard\.origin/],
    ['an origin with a path', { origin: `${origin}/`, user }, /dashboard\.origin/],
    ['a file', { origin: 'file://', user }, /dashboard\.origin/],
    ['no user', { origin }, /dashboard\.user/],
    ['an unknown field', { origin, user, token: 'canary' }, /unknown option "dashboard\.token"/],
    ['true', true, /dashboard must be an object/],
  ])('%s', async (_, dashboard, message) => {
    const starting = useEmulator({ dashboard } as EmulatorOptions); // as in plain JavaScript
    await expect(starting).rejects.toThrow(TypeError);
    await expect(useEmulator({ dashboard } as EmulatorOptions)).rejects.toThrow(message);
  });

  test('a Dashboard that other machines can reach', async () => {
    await expect(start({ allowRemote: true })).rejects.toThrow(/dashboard .*allowRemote/);
  });
});

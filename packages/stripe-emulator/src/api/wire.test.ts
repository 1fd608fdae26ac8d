import { describe, expect, test } from 'vitest';
import { useEmulator } from '../../test/use-emulator.js';
import { httpText, parseResponses, sendBytes } from '../../test/wire.js';

// Bytes recorded from real clients.

const payload = 'sé "x"&=+[]😀 \n%';
const user = { type: 'user', user: 'usr_1' } as const;

interface Client {
  readonly name: string;
  readonly create: string;
  readonly find: string;
  readonly list: string;
  readonly remove: string;
}

const node = `
Accept: application/json
Content-Type: application/x-www-form-urlencoded
User-Agent: Stripe/v1 NodeBindings/23.1.0
X-Stripe-Client-User-Agent: {"bindings_version":"23.1.0","lang":"node","typescript":"false","lang_version":"v20.20.2","platform":"linux","httplib":"node"}
Stripe-Version: 2026-10-28.endive
Stripe-Account: acct_123
Authorization: Bearer sk_test_123
Host: 127.0.0.1:44775
Connection: keep-alive`;

const python = `
Host: 127.0.0.1:45521
User-Agent: Stripe/v1 PythonBindings/5.0.0
Accept-Encoding: gzip, deflate
Accept: */*
Connection: keep-alive
X-Stripe-Client-User-Agent: {"bindings_version": "5.0.0", "lang": "python", "publisher": "stripe", "httplib": "requests", "lang_version": "3.11.2"}
Authorization: Bearer sk_test_123
Stripe-Account: acct_123`;

const pythonPost = `${python}
Content-Type: application/x-www-form-urlencoded
Idempotency-Key: dba2ef93-9dd3-4917-a1b0-43e934829b1c`;

const curl = `
Host: 127.0.0.1:12140
Authorization: Basic c2tfdGVzdF8xMjM6
User-Agent: curl/7.88.1
Accept: */*
Stripe-Account: acct_123`;

const curlPost = `${curl}
Content-Type: application/x-www-form-urlencoded`;

const clients: readonly Client[] = [
  {
    name: 'stripe-node 23: raw brackets, %20, indexed lists',
    create: httpText(
      `POST /v1/apps/secrets HTTP/1.1${node}\nIdempotency-Key: stripe-node-retry-17769e65-0960-4b33-8453-b6f2f28fc42e`,
      'name=my%20api%2Fkey&payload=s%C3%A9%20%22x%22%26%3D%2B[]%F0%9F%98%80%20%0A%25&scope[type]=user&scope[user]=usr_1&expand[0]=payload',
    ),
    find: httpText(
      `GET /v1/apps/secrets/find?name=my%20api%2Fkey&scope[type]=user&scope[user]=usr_1&expand[0]=payload HTTP/1.1${node}`,
    ),
    list: httpText(
      `GET /v1/apps/secrets?scope[type]=user&scope[user]=usr_1&limit=2&expand[0]=data.payload HTTP/1.1${node}`,
    ),
    remove: httpText(
      `POST /v1/apps/secrets/delete HTTP/1.1${node}`,
      'name=my%20api%2Fkey&scope[type]=user&scope[user]=usr_1',
    ),
  },
  {
    name: 'stripe-python 5.0: plus for a space, encoded brackets in a query and raw ones in a body',
    create: httpText(
      `POST /v1/apps/secrets HTTP/1.1${pythonPost}`,
      'name=my+api%2Fkey&payload=s%C3%A9+%22x%22%26%3D%2B[]%F0%9F%98%80+%0A%25&scope[type]=user&scope[user]=usr_1&expand[0]=payload',
    ),
    find: httpText(
      `GET /v1/apps/secrets/find?name=my+api%2Fkey&scope%5Btype%5D=user&scope%5Buser%5D=usr_1&expand%5B0%5D=payload HTTP/1.1${python}`,
    ),
    list: httpText(
      `GET /v1/apps/secrets?scope%5Btype%5D=user&scope%5Buser%5D=usr_1&limit=2&expand%5B0%5D=data.payload HTTP/1.1${python}`,
    ),
    remove: httpText(
      `POST /v1/apps/secrets/delete HTTP/1.1${pythonPost.replace('dba2ef93', '0b80230b')}`,
      'name=my+api%2Fkey&scope[type]=user&scope[user]=usr_1',
    ),
  },
  {
    name: 'curl as in the docs: the key as a user name, lists without an index',
    create: httpText(
      `POST /v1/apps/secrets HTTP/1.1${curlPost}`,
      'name=my api/key&payload=s%C3%A9+%22x%22%26%3D%2B[]%F0%9F%98%80+%0A%25&scope[type]=user&scope[user]=usr_1&expand[]=payload',
    ),
    find: httpText(
      `GET /v1/apps/secrets/find?name=my%20api/key&scope[type]=user&scope[user]=usr_1&expand[]=payload HTTP/1.1${curl}`,
    ),
    list: httpText(
      `GET /v1/apps/secrets?scope[type]=user&scope[user]=usr_1&limit=2&expand[]=data.payload HTTP/1.1${curl}`,
    ),
    remove: httpText(
      `POST /v1/apps/secrets/delete HTTP/1.1${curlPost}`,
      'name=my api/key&scope[type]=user&scope[user]=usr_1',
    ),
  },
];

describe.each(clients)('$name', ({ create, find, list, remove }) => {
  test('all four operations on one connection', async () => {
    const emulator = await useEmulator();
    const text = await sendBytes(emulator, create + find + list + last(remove));
    const secret = expect.objectContaining({
      object: 'apps.secret',
      name: 'my api/key',
      payload,
      scope: user,
    });
    const id: unknown = expect.stringMatching(/^appsecret_/);
    expect(parseResponses(text)).toEqual([
      { status: 200, body: secret },
      { status: 200, body: secret },
      { status: 200, body: { object: 'list', url: '/v1/apps/secrets', has_more: false, data: [secret] } },
      { status: 200, body: { id, object: 'apps.secret', deleted: true } },
    ]);
    expect(emulator.requests.count({ account: 'acct_123', name: 'my api/key', status: 200 })).toBe(3);
  });
});

/** Replaces keep-alive, so that the server closes the connection. */
function last(request: string): string {
  return request.replace('Connection: keep-alive\r\n', '').replace('\r\n', '\r\nConnection: close\r\n');
}

test('a request with an absolute URL, as through a proxy, gets a response', async () => {
  const emulator = await useEmulator();
  const path = '/v1/apps/secrets?scope[type]=account';
  const text = await sendBytes(emulator, last(httpText(`GET http://127.0.0.1:12140${path} HTTP/1.1${curl}`)));
  expect(parseResponses(text)).toMatchObject([{ status: 200 }]);
  expect(emulator.requests.list()[0]?.path).toBe('/v1/apps/secrets');
});

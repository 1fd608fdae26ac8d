import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type Stripe from 'stripe';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sdkKinds, sdkOf } from '../test/sdk.js';
import { fakeClock, useEmulator } from '../test/use-emulator.js';
import type { Fault } from './faults/fault.js';

// stripe-node must handle the responses of the emulator like those of Stripe: the same in all major versions, with both
// HTTP clients.

const scope = { type: 'account' } as const;
const user = { type: 'user', user: 'usr_1' } as const;
const expand = ['payload'];

/** Result or error of a call, without the fields that differ between runs. */
type Ending = Readonly<Record<string, unknown>>;

async function endingOf(call: Promise<unknown>): Promise<Ending> {
  try {
    const resolved: unknown = JSON.parse(
      JSON.stringify(await call, (key, value: unknown) => (key === 'id' ? 'an id' : value)),
    );
    return { resolved };
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error };
    const { type, statusCode, code, param } = error as Error & Ending; // the errors of stripe-node have these fields
    return JSON.parse(
      JSON.stringify({ type: type ?? error.name, statusCode, code: statusCode && code, param }),
    ) as Ending;
  }
}

describe('a sequence of calls', () => {
  async function runSequence(kind: (typeof sdkKinds)[number]): Promise<readonly Ending[]> {
    const clock = fakeClock();
    const emulator = await useEmulator({ now: clock.now, accounts: ['acct_1', 'acct_2'] });
    const { secrets } = sdkOf(kind, emulator).apps;
    const first = { stripeAccount: 'acct_1' };
    const endings: Ending[] = [];
    const run = async (call: () => Promise<unknown>) => {
      endings.push(await endingOf(call()));
      clock.advance(1000);
    };
    const expires_at = clock.now() / 1000 + 3600;
    await run(() => secrets.create({ scope, name: 'a b', payload: 'sé "x"&=+[]😀 \n%', expand }, first));
    await run(() => secrets.create({ scope, name: 'c', payload: 'p', expires_at }, first));
    await run(() => secrets.create({ scope: user, name: 'd', payload: 'p' }, { stripeContext: 'acct_1' }));
    await run(() => secrets.find({ scope, name: 'a b' }, first));
    await run(() => secrets.find({ scope, name: 'a b', expand }, first));
    await run(() => secrets.find({ scope: user, name: 'a b' }, first));
    await run(() => secrets.find({ scope, name: 'a b' }, { stripeAccount: 'acct_2' }));
    await run(() => secrets.find({ scope, name: 'a b' }, { stripeAccount: 'acct_3' }));
    await run(() => secrets.list({ scope, expand: ['data.payload'] }, first));
    await run(() => secrets.list({ scope, limit: 1 }, first).autoPagingToArray({ limit: 10 }));
    await run(() => secrets.create({ scope, name: 'e', payload: '' }, first));
    await run(() => secrets.create({ scope, name: 'e', payload: 'p', expires_at: 1 }, first));
    await run(() => secrets.create({ scope, name: 'f', payload: 'p' }, { ...first, idempotencyKey: 'k' }));
    await run(() => secrets.create({ scope, name: 'f', payload: 'p' }, { ...first, idempotencyKey: 'k' }));
    await run(() => secrets.create({ scope, name: 'f', payload: 'q' }, { ...first, idempotencyKey: 'k' }));
    await run(() => secrets.deleteWhere({ scope, name: 'a b' }, first));
    await run(() => secrets.deleteWhere({ scope, name: 'a b' }, first));
    return endings;
  }

  test('has the same results in every major version', async () => {
    const results = await Promise.all(sdkKinds.map(runSequence));
    const [first] = results;
    expect(first?.map((ending) => ending['statusCode'] ?? 200)).toEqual([
      200, 200, 200, 200, 200, 404, 404, 403, 200, 200, 400, 400, 200, 200, 400, 200, 404,
    ]);
    for (const [index, result] of results.entries()) expect(result, sdkKinds[index]?.name).toEqual(first);
  });
});

const stripeError = (type: string, code?: string) => ({
  error: { type, message: 'No.', ...(code && { code }) },
});

interface Row {
  readonly name: string;
  readonly fault: Fault | ((elsewhere: string) => Fault);
  readonly ends: Ending;
  /** Where its fetch client differs from its node client. */
  readonly fetchEnds?: Ending;
  /** Where its majors 17 and 20 differ: in how they read the same response, or in that they wait for the rest of it. */
  readonly olderEnds?: Readonly<Partial<Record<'node' | 'fetch', Ending | 'never'>>>;
  readonly timeout?: number;
}

const connection = { type: 'StripeConnectionError' };
const unreadable = { type: 'StripeAPIError' };
const keyInUseToOlder = { type: 'StripeIdempotencyError', statusCode: 409, code: 'idempotency_key_in_use' };
const rows: readonly Row[] = [
  {
    name: '429, with a Retry-After',
    fault: {
      kind: 'reply',
      status: 429,
      body: stripeError('invalid_request_error', 'rate_limit'),
      headers: { 'Retry-After': '1' },
    },
    ends: { type: 'StripeRateLimitError', statusCode: 429, code: 'rate_limit' },
  },
  {
    name: '429 rate_limit',
    fault: { kind: 'rateLimited' },
    ends: { type: 'StripeRateLimitError', statusCode: 429, code: 'rate_limit' },
  },
  {
    name: '429 lock_timeout',
    fault: { kind: 'lockTimeout' },
    ends: { type: 'StripeRateLimitError', statusCode: 429, code: 'lock_timeout' },
  },
  { name: '500', fault: { kind: 'serverError' }, ends: { type: 'StripeAPIError', statusCode: 500 } },
  {
    name: '502 that says not to retry',
    fault: { kind: 'serverError', status: 502, shouldRetry: false },
    ends: { type: 'StripeAPIError', statusCode: 502 },
  },
  { name: '503 with HTML', fault: { kind: 'html' }, ends: unreadable },
  {
    name: '409 for a key in use',
    fault: { kind: 'keyInUse' },
    ends: { type: 'StripeAPIError', statusCode: 409, code: 'idempotency_key_in_use' },
    olderEnds: { node: keyInUseToOlder, fetch: keyInUseToOlder },
  },
  {
    name: '400 idempotency_error',
    fault: { kind: 'reply', status: 400, body: stripeError('idempotency_error') },
    ends: { type: 'StripeIdempotencyError', statusCode: 400 },
  },
  {
    name: '400',
    fault: { kind: 'reply', status: 400, body: stripeError('invalid_request_error', 'parameter_missing') },
    ends: { type: 'StripeInvalidRequestError', statusCode: 400, code: 'parameter_missing' },
  },
  {
    name: '404',
    fault: { kind: 'reply', status: 404, body: stripeError('invalid_request_error', 'resource_missing') },
    ends: { type: 'StripeInvalidRequestError', statusCode: 404, code: 'resource_missing' },
  },
  {
    name: '401',
    fault: { kind: 'unauthorized' },
    ends: { type: 'StripeAuthenticationError', statusCode: 401 },
  },
  {
    name: '402',
    fault: { kind: 'reply', status: 402, body: stripeError('card_error') },
    ends: { type: 'StripeCardError', statusCode: 402 },
  },
  {
    name: '403',
    fault: { kind: 'forbidden' },
    ends: {
      type: 'StripePermissionError',
      statusCode: 403,
      code: 'more_permissions_required_for_application',
    },
  },
  {
    name: '424',
    fault: { kind: 'reply', status: 424, body: stripeError('api_error') },
    ends: { type: 'StripeAPIError', statusCode: 424 },
  },
  {
    name: '404 without an error',
    fault: { kind: 'reply', status: 404, body: { message: 'Not Found' } },
    ends: { resolved: { message: 'Not Found' } },
  },
  {
    name: '403 with an empty object',
    fault: { kind: 'reply', status: 403, body: {} },
    ends: { resolved: {} },
  },
  {
    name: '500 without an error',
    fault: { kind: 'reply', status: 500, body: { message: 'boom' } },
    ends: { resolved: { message: 'boom' } },
  },
  {
    name: '200 with an error',
    fault: { kind: 'reply', status: 200, body: stripeError('api_error') },
    ends: { type: 'StripeAPIError', statusCode: 200 },
  },
  {
    name: '200 with an OAuth error',
    fault: { kind: 'reply', status: 200, body: { error: 'invalid_grant' } },
    ends: { type: 'StripeInvalidGrantError', statusCode: 200 },
  },
  { name: '200 with incomplete JSON', fault: { kind: 'malformedJson' }, ends: unreadable },
  { name: '200 with HTML', fault: { kind: 'html', status: 200 }, ends: unreadable },
  { name: '200 with an empty body', fault: { kind: 'reply', status: 200 }, ends: unreadable },
  { name: '204', fault: { kind: 'reply', status: 204 }, ends: unreadable },
  { name: '200 with null', fault: { kind: 'scalar', value: null }, ends: { type: 'TypeError' } },
  { name: '200 with an array', fault: { kind: 'reply', status: 200, body: [] }, ends: { resolved: [] } },
  {
    name: 'an incomplete body with a Content-Length',
    fault: { kind: 'cutBody' },
    ends: connection,
    olderEnds: { node: 'never', fetch: unreadable },
  },
  {
    name: 'an incomplete body in chunks',
    fault: { kind: 'cutBody', chunked: true },
    ends: connection,
    olderEnds: { node: 'never', fetch: unreadable },
  },
  { name: 'a reset', fault: { kind: 'reset' }, ends: connection },
  { name: 'a close', fault: { kind: 'close' }, ends: connection },
  { name: 'no response', fault: { kind: 'hang' }, ends: connection, timeout: 50 },
  {
    name: 'headers without a body',
    fault: { kind: 'hangBody' },
    ends: connection,
    olderEnds: { node: 'never', fetch: 'never' },
    timeout: 50,
  },
  {
    name: '302 to another server',
    fault: (location) => ({ kind: 'redirect', status: 302, location }),
    ends: unreadable,
    fetchEnds: { resolved: { from: 'another server' } },
  },
  {
    name: '307 to another server',
    fault: (location) => ({ kind: 'redirect', location }),
    ends: unreadable,
    fetchEnds: { resolved: { from: 'another server' } },
  },
];

describe('every operation in every major version, with', () => {
  const operations: readonly ((secrets: Stripe['apps']['secrets']) => Promise<unknown>)[] = [
    (secrets) => secrets.create({ scope, name: 'a', payload: 'p' }),
    (secrets) => secrets.find({ scope, name: 'a' }),
    (secrets) => secrets.list({ scope }),
    (secrets) => secrets.deleteWhere({ scope, name: 'a' }),
  ];

  async function startOtherServer(): Promise<string> {
    const server = createServer((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json').end('{"from":"another server"}');
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/apps/secrets`;
  }

  test.each(rows)('$name, has the same result', async (row) => {
    const { fault, ends, fetchEnds = ends, olderEnds, timeout = 20_000 } = row;
    const emulator = await useEmulator();
    const scripted = typeof fault === 'function' ? fault(await startOtherServer()) : fault;
    emulator.secrets.put({ name: 'a', payload: 'p' });
    emulator.faults.add({ ...scripted, times: Number.POSITIVE_INFINITY });
    const calls = sdkKinds.map(async (kind) => {
      const older = kind.installedAs === 'stripe' ? undefined : olderEnds?.[kind.http];
      if (older === 'never') return;
      const { secrets } = sdkOf(kind, emulator, { timeout }).apps;
      const endings = await Promise.all(operations.map((operation) => endingOf(operation(secrets))));
      const expected = older ?? (kind.http === 'fetch' ? fetchEnds : ends);
      expect(endings, kind.name).toEqual(operations.map(() => expected));
    });
    await Promise.all(calls);
  });
});

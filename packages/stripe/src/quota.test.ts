import { compose, createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { retry } from '@secretkit/middleware/retry';
import { type EmulatorOptions, startEmulator } from '@secretkit/stripe-emulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createStripeClient } from './create-stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

async function open(options?: EmulatorOptions) {
  const emulator = await startEmulator(options);
  onTestFinished(() => emulator.close());
  const provider = stripeSecrets({
    client: createStripeClient({ apiKey: 'sk_test_1', baseUrl: emulator.url }),
  });
  return { emulator, provider, secrets: createSecrets(provider) };
}

describe('the eleventh secret of a scope', () => {
  it.each([
    ['with the emulator’s default', {}],
    ['with a code of its own', { code: 'secret_limit_exceeded' }],
    ['as a conflict', { status: 409 }],
    ['as a 403', { status: 403 }],
    ['as a 429', { status: 429 }],
  ])('is quota_exceeded for every way in which Stripe may refuse it: %s', async (_, scopeFull) => {
    const { emulator, secrets } = await open({ assume: { errors: { scopeFull } } });
    for (let i = 0; i < 10; i += 1) await secrets.set(`name-${i}`, 'value');
    await expect(secrets.set('name-10', 'value')).rejects.toMatchObject({
      code: 'quota_exceeded',
      retryable: false,
      details: {
        status: scopeFull && 'status' in scopeFull ? scopeFull.status : 400,
        requestId: expect.stringMatching(/^req_/),
      },
      message: expect.stringContaining('10 secrets'),
    });
    await secrets.set('name-9', 'replaced'); // a replacement needs no space
    await secrets.set({ name: 'name-10', scope: { user: 'usr_1' } }, 'value'); // another scope has space
    expect(emulator.secrets.list()).toHaveLength(10);
  });

  it('is not retried', async () => {
    const { emulator, provider } = await open();
    for (let i = 0; i < 10; i += 1) emulator.secrets.put({ name: `name-${i}`, payload: 'value' });
    await expect(createSecrets(compose(retry())(provider)).set('name-10', 'value')).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    expect(emulator.requests.count({ operation: 'create' })).toBe(1);
  });
});

describe('a refusal in a scope with space keeps its code', () => {
  it('a rate limit, without a list of the scope', async () => {
    const { emulator, secrets } = await open();
    emulator.faults.add({ kind: 'rateLimited', operation: 'create' });
    await expect(secrets.set('name', 'value')).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('of this operation'),
    });
    expect(emulator.requests.count()).toBe(1);
  });

  it('an invalid request, after a list of the scope', async () => {
    const { emulator, secrets } = await open();
    const body = { error: { type: 'invalid_request_error', message: 'No.' } };
    emulator.faults.add({ kind: 'reply', status: 400, body, operation: 'create' });
    await expect(secrets.set('name', 'value')).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(emulator.requests.list().map(({ operation }) => operation)).toEqual(['create', 'list']);
  });

  it('an invalid request when the name may be on a later page', async () => {
    const { emulator, secrets } = await open();
    for (let i = 0; i < 10; i += 1) emulator.secrets.put({ name: `name-${i}`, payload: 'value' });
    const body = { error: { type: 'invalid_request_error', message: 'No.' } };
    emulator.faults.add({ kind: 'reply', status: 400, body, operation: 'create' });
    const data = Array.from({ length: 10 }, (_, at) => ({
      object: 'apps.secret',
      id: `appsecret_${at}`,
      name: `name-${at}`,
      livemode: false,
      created: 1,
    }));
    const page = { object: 'list', has_more: true, data };
    emulator.faults.add({ kind: 'reply', status: 200, body: page, operation: 'list' });
    await expect(secrets.set('name-10', 'value')).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('an invalid request when the list fails; an abort during the list rejects with its reason', async () => {
    const { emulator, provider } = await open();
    const body = { error: { type: 'invalid_request_error', message: 'No.' } };
    for (const list of [{ kind: 'serverError' }, { kind: 'hang' }] as const) {
      emulator.faults.add({ kind: 'reply', status: 400, body, operation: 'create' });
      emulator.faults.add({ ...list, operation: 'list' });
    }
    const secrets = createSecrets(provider);
    await expect(secrets.set('name', 'value')).rejects.toMatchObject({ code: 'invalid_argument' });
    const caller = new AbortController();
    const writing = provider.set({ name: 'name' }, seal('value'), { signal: caller.signal });
    await expect.poll(() => emulator.faults.pending()).toEqual([]);
    caller.abort('enough');
    await expect(writing).rejects.toBe('enough');
  });
});

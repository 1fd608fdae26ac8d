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
    ['as the emulator assumes', {}],
    ['with a code of its own', { code: 'secret_limit_exceeded' }],
    ['as a conflict', { status: 409 }],
    ['as a 403', { status: 403 }],
    ['as a 429, which is no rate limit then', { status: 429 }],
  ])('is quota_exceeded, however Stripe refuses it: %s', async (_, scopeFull) => {
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
    await secrets.set('name-9', 'replaced'); // a name that is there needs no room
    await secrets.set({ name: 'name-10', scope: { user: 'usr_1' } }, 'value'); // nor does another scope
    expect(emulator.secrets.list()).toHaveLength(10);
  });

  it('is not tried again by a retry', async () => {
    const { emulator, provider } = await open();
    for (let i = 0; i < 10; i += 1) emulator.secrets.put({ name: `name-${i}`, payload: 'value' });
    await expect(createSecrets(compose(retry())(provider)).set('name-10', 'value')).rejects.toMatchObject({
      code: 'quota_exceeded',
    });
    expect(emulator.requests.count({ operation: 'create' })).toBe(1);
  });
});

describe('a refusal in a scope with room stays what it is', () => {
  it('a rate limit, without a look at the scope', async () => {
    const { emulator, secrets } = await open();
    emulator.faults.add({ kind: 'rateLimit', operation: 'create' });
    await expect(secrets.set('name', 'value')).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining('of this operation in a second'),
    });
    expect(emulator.requests.count()).toBe(1);
  });

  it('a malformed request, after one', async () => {
    const { emulator, secrets } = await open();
    const body = { error: { type: 'invalid_request_error', message: 'No.' } };
    emulator.faults.add({ kind: 'reply', status: 400, body, operation: 'create' });
    await expect(secrets.set('name', 'value')).rejects.toMatchObject({ code: 'invalid_argument' });
    expect(emulator.requests.list().map(({ operation }) => operation)).toEqual(['create', 'list']);
  });

  it('also where the look fails; an abort meanwhile is the caller’s', async () => {
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

import { compose, createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { retry } from '@secretkit/middleware/retry';
import { startEmulator } from '@secretkit/stripe-emulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { answer, error, name } from '../test/responses.js';
import { clientsOf, majors } from '../test/stripe-clients.js';
import { serve } from '../test/test-server.js';
import { stripeSecrets } from './stripe-secrets.js';

const clients = await clientsOf(majors.at(-1)!);
const patienceMs = 30_000;

describe.each(clients)('through $name', (client) => {
  it('the context’s key goes with every attempt of a write, and with no read', async () => {
    const place = await serve(error(503, { type: 'api_error' }));
    const provider = stripeSecrets({ client: client.make(place, patienceMs) });
    const ctx = { idempotencyKey: 'key-1' };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await provider.set({ name }, seal('value'), ctx).catch(() => undefined);
      await provider.delete({ name }, ctx).catch(() => undefined);
    }
    await provider.get({ name }, {}).catch(() => undefined);
    expect(place.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'key-1',
      'key-1',
      'key-1',
      'key-1',
      undefined,
    ]);
  });

  it('one write has one key, however often a retry makes it; the next has another', async () => {
    let attempts = 0;
    const place = await serve((request, response) => {
      attempts += 1;
      (attempts === 1 ? error(500, { type: 'api_error' }) : answer())(request, response);
    });
    const provider = stripeSecrets({ client: client.make(place, patienceMs) });
    const secrets = createSecrets(compose(retry({ baseDelayMs: 1, maxDelayMs: 1 }))(provider));
    await secrets.set(name, 'value');
    await secrets.set(name, 'value');
    const [first, again, next] = place.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/.{20}/);
    expect(again).toBe(first);
    expect(next).not.toBe(first);
  });

  it('after a time-out the key is in use, which is unavailable; later the first attempt’s result is found', async () => {
    let finish: () => void = () => undefined;
    let state: 'new' | 'in use' | 'done' = 'new';
    const inUse = { type: 'idempotency_error', code: 'idempotency_key_in_use' };
    const place = await serve((request, response) => {
      if (state === 'in use') error(409, inUse)(request, response);
      else if (state === 'done') answer()(request, response.setHeader('idempotent-replayed', 'true'));
      else {
        state = 'in use';
        finish = () => {
          state = 'done';
        };
      }
    });
    const provider = stripeSecrets({ client: client.make(place, patienceMs) });
    const write = (deadline?: number) =>
      provider.set({ name }, seal('value'), {
        idempotencyKey: 'key-1',
        ...(deadline !== undefined && { deadline }),
      });
    await expect(write(Date.now() + 500)).rejects.toMatchObject({ code: 'timeout', retryable: true });
    await expect(write()).rejects.toMatchObject({
      code: 'unavailable',
      retryable: true,
      details: { status: 409, vendorCode: 'idempotency_key_in_use' },
    });
    finish();
    await write();
    expect(new Set(place.requests.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set(['key-1']),
    );
  });

  it('a key that was used for something else is a conflict; for the same, the first answer comes again', async () => {
    const emulator = await startEmulator();
    onTestFinished(() => emulator.close());
    const { host, port } = emulator;
    const provider = stripeSecrets({ client: client.make({ protocol: 'http', host, port }, patienceMs) });
    const ctx = { idempotencyKey: 'key-1' };
    emulator.faults.add({ kind: 'cutBody', operation: 'create' });
    await expect(provider.set({ name }, seal('value'), ctx)).rejects.toMatchObject({ code: 'unavailable' });
    emulator.secrets.put({ name, payload: 'newer' });
    await provider.set({ name }, seal('value'), ctx);
    expect(emulator.requests.list().at(-1)).toMatchObject({ status: 200, replayed: true });
    expect(emulator.secrets.get({ name })?.payload, 'a late duplicate').toBe('newer');
    await expect(provider.set({ name }, seal('another'), ctx)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('used before with other parameters'),
    });
  });
});

import { compose, createSecrets } from '@secretkit/core';
import { seal } from '@secretkit/core/provider';
import { retry } from '@secretkit/middleware/retry';
import { startEmulator } from '@secretkit/stripe-emulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { error, name, secretResponse } from '../test/responses.js';
import { clientsOf, majors } from '../test/stripe-clients.js';
import { serve } from '../test/test-server.js';
import { stripeSecrets } from './stripe-secrets.js';

const clients = await clientsOf(majors.at(-1)!);
const patienceMs = 30_000;

describe.each(clients)('through $name', (client) => {
  it('every attempt of a write has the idempotency key of the context; a read has none', async () => {
    const server = await serve(error(503, { type: 'api_error' }));
    const provider = stripeSecrets({ client: client.make(server, patienceMs) });
    const ctx = { idempotencyKey: 'key-1' };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await provider.set({ name }, seal('value'), ctx).catch(() => undefined);
      await provider.delete({ name }, ctx).catch(() => undefined);
    }
    await provider.get({ name }, {}).catch(() => undefined);
    expect(server.requests.map(({ headers }) => headers['idempotency-key'])).toEqual([
      'key-1',
      'key-1',
      'key-1',
      'key-1',
      undefined,
    ]);
  });

  it('all attempts of one write have one key; the next write has another key', async () => {
    let attempts = 0;
    const server = await serve((request, response) => {
      attempts += 1;
      (attempts === 1 ? error(500, { type: 'api_error' }) : secretResponse())(request, response);
    });
    const provider = stripeSecrets({ client: client.make(server, patienceMs) });
    const secrets = createSecrets(compose(retry({ baseDelayMs: 1, maxDelayMs: 1 }))(provider));
    await secrets.set(name, 'value');
    await secrets.set(name, 'value');
    const [first, again, next] = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(first).toMatch(/.{20}/);
    expect(again).toBe(first);
    expect(next).not.toBe(first);
  });

  it('a retry after a timeout is unavailable while the first attempt is in progress, and then gets its result', async () => {
    let finish: () => void = () => undefined;
    let state: 'new' | 'in use' | 'done' = 'new';
    const inUse = { type: 'idempotency_error', code: 'idempotency_key_in_use' };
    const server = await serve((request, response) => {
      if (state === 'in use') error(409, inUse)(request, response);
      else if (state === 'done') secretResponse()(request, response.setHeader('idempotent-replayed', 'true'));
      else {
        state = 'in use';
        finish = () => {
          state = 'done';
        };
      }
    });
    const provider = stripeSecrets({ client: client.make(server, patienceMs) });
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
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set(['key-1']),
    );
  });

  it('a key that is used again with other parameters is a conflict; with the same parameters it gets the first response', async () => {
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
      message: expect.stringContaining('idempotency key'),
    });
  });
});

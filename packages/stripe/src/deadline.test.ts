import { expect, it, vi } from 'vitest';
import type { StripeClient } from './stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

it.each([0, 120_000, -120_000])(
  'a step of the wall clock does not change the timeout of a request: by %d ms',
  async (by) => {
    const wall = Date.now;
    vi.spyOn(Date, 'now').mockImplementation(() => wall() + by);
    const timeouts: unknown[] = [];
    const find = async (_params: unknown, { timeout }: { timeout?: number }): Promise<unknown> => {
      timeouts.push(timeout);
      throw Object.assign(new Error('down'), { type: 'StripeConnectionError' });
    };
    const client = { apps: { secrets: { find } } } as unknown as StripeClient;
    const deadline = performance.timeOrigin + performance.now() + 30_000;
    const reading = stripeSecrets({ client }).get({ name: 'token' }, { deadline });
    await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
    expect(timeouts).toEqual([expect.toSatisfy((ms: number) => ms > 25_000 && ms <= 30_000)]);
  },
);

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { application, requestOf } from './awilix.js';
import { backendOfTwo, stubPartner } from './backend.test-support.js';

beforeEach(stubPartner);
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('with Awilix', () => {
  it('each request has its tenant’s client, and all share one stack', async () => {
    const { backend, fake } = await backendOfTwo();
    const container = application(backend);
    const asked = ['acct_1', 'acct_2', 'acct_1'].map((account) =>
      requestOf(container, account).cradle.partner.orders(),
    );
    expect(await Promise.all(asked)).toEqual(['Bearer of acct_1', 'Bearer of acct_2', 'Bearer of acct_1']);
    expect(fake.calls()).toBe(2); // the third was a hit
  });

  it('a request without a tenant is refused, never served as the platform', async () => {
    const { backend, fake } = await backendOfTwo();
    const container = application(backend);
    expect(() => requestOf(container, '').cradle.partner).toThrow(/scope\.account must not be empty/);
    expect(() => container.cradle.partner).toThrow(/account/);
    expect(fake.calls()).toBe(0);
  });

  it('the end of a request closes nothing, the end of the application closes the client', async () => {
    const { backend, closed } = await backendOfTwo();
    const container = application(backend);
    const request = requestOf(container, 'acct_1');
    const { partner } = request.cradle;
    await request.dispose();
    expect(await partner.orders()).toBe('Bearer of acct_1');
    await container.dispose();
    expect(closed()).toBe(1);
    await expect(partner.orders()).rejects.toThrow(/^closed/);
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backendOfTwo, stubPartner } from './backend.test-support.js';
import { application } from './factories.js';

beforeEach(stubPartner);
afterEach(() => {
  vi.unstubAllGlobals();
});

describe('with plain factories', () => {
  it('each request has its tenant’s client, and all share one stack', async () => {
    const { backend, fake } = await backendOfTwo();
    const { requestOf } = application(backend);
    const asked = ['acct_1', 'acct_2', 'acct_1'].map((account) => requestOf(account).partner.orders());
    expect(await Promise.all(asked)).toEqual(['Bearer of acct_1', 'Bearer of acct_2', 'Bearer of acct_1']);
    expect(fake.calls()).toBe(2); // the third was a hit
  });

  it('a request without a tenant is refused, never served as the platform', async () => {
    const { backend, fake } = await backendOfTwo();
    const { requestOf } = application(backend);
    expect(() => requestOf('')).toThrow(/scope\.account must not be empty/);
    expect(fake.calls()).toBe(0);
  });

  it('a credential that the partner refuses is read again, and sent again', async () => {
    const { backend, fake } = await backendOfTwo();
    const { partner } = application(backend).requestOf('acct_1');
    await partner.orders();
    await fake.put({ name: 'partner-token', scope: { account: 'acct_1' } }, 'a new one');
    stubPartner('Bearer of acct_1');
    expect(await partner.orders()).toBe('Bearer a new one');
  });

  it('the code that opened the application closes the client', async () => {
    const { backend, closed } = await backendOfTwo();
    const { requestOf, close } = application(backend);
    const { partner } = requestOf('acct_1');
    await close();
    expect(closed()).toBe(1);
    await expect(partner.orders()).rejects.toThrow(/^closed/);
  });
});

import { describe, expect, it } from 'vitest';
import { requestIdOf, vendorCodeOf } from './safe-details.js';

describe('the details of an error', () => {
  it('have ids and codes in the format of Stripe', () => {
    expect(requestIdOf('req_AbC123')).toEqual({ requestId: 'req_AbC123' });
    expect(vendorCodeOf('more_permissions_required_for_application')).toEqual({
      vendorCode: 'more_permissions_required_for_application',
    });
  });

  it.each([
    undefined,
    null,
    5,
    '',
    'CANARY',
    'sk_test_CANARY',
    'req_CANARY 1',
    `req_${'x'.repeat(61)}`,
    'canary-1',
    'x'.repeat(62),
  ])('do not have other text: %s', (echoed) => {
    expect({ ...requestIdOf(echoed), ...vendorCodeOf(echoed) }).toEqual({});
  });
});

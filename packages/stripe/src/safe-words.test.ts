import { describe, expect, it } from 'vitest';
import { requestIdOf, vendorCodeOf } from './safe-words.js';

describe("Stripe's own words are told", () => {
  it('of a request and of a failure', () => {
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
  ])('and nothing that was echoed: %s', (echoed) => {
    expect({ ...requestIdOf(echoed), ...vendorCodeOf(echoed) }).toEqual({});
  });
});

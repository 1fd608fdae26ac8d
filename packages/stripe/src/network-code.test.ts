import { describe, expect, it } from 'vitest';
import { networkCode } from './network-code.js';

describe('why a connection failed', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), ' (ECONNREFUSED)'],
    [new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }), ' (ENOTFOUND)'],
    [{ code: 'OTHER', cause: { code: 'CERT_HAS_EXPIRED' } }, ' (CERT_HAS_EXPIRED)'],
  ])('is told in the words of the system', (error, told) => {
    expect(networkCode(error)).toBe(told);
  });

  it.each([undefined, 'ECONNREFUSED', {}, { code: 'CANARY' }, { cause: { code: 5 } }, { cause: null }])(
    'is not told in any other',
    (error) => {
      expect(networkCode(error)).toBe('');
    },
  );
});

import { describe, expect, it } from 'vitest';
import { networkCode } from './network-code.js';

describe('the code of a failed connection', () => {
  it.each([
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } }), 'ENOTFOUND'],
    [{ code: 'OTHER', cause: { code: 'CERT_HAS_EXPIRED' } }, 'CERT_HAS_EXPIRED'],
  ])('is returned when it is known', (error, code) => {
    expect(networkCode(error)).toBe(code);
  });

  it.each([undefined, 'ECONNREFUSED', {}, { code: 'CANARY' }, { cause: { code: 5 } }, { cause: null }])(
    'is dropped otherwise',
    (error) => {
      expect(networkCode(error)).toBeUndefined();
    },
  );
});

import { seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { checkApiKey, describeKey, kindOfKey } from './api-key.js';

describe('the prefix of a key shows its kind', () => {
  it.each([
    ['sk_test_1', false, false, 'test-mode API key'],
    ['sk_live_1', false, true, 'live-mode API key'],
    ['rk_test_1', true, false, 'restricted test-mode API key'],
    ['rk_live_1', true, true, 'restricted live-mode API key'],
    ['sk_org_live_1', false, true, 'live-mode API key'],
    ['something_else', false, undefined, 'API key'],
  ])('%s', (key, restricted, livemode, description) => {
    expect(kindOfKey(key)).toEqual({ restricted, livemode });
    expect(describeKey(kindOfKey(key))).toBe(description);
  });

  it('is not known for a Stripe instance of the user’s own', () => {
    expect(describeKey(undefined)).toBe('API key');
  });
});

it.each([
  ['undefined', undefined, 'got undefined'],
  ['an empty string', '', 'got an empty string'],
  ['null', null, 'got null'],
  ['a line break at the end', 'sk_test_CANARY\n', 'line break'],
  ['a character that a header cannot hold', 'sk_test_CANARYé', 'visible ASCII'],
  ['a Secret', seal('CANARY'), 'got an instance of a class. Reveal'],
  ['a promise', Promise.resolve('CANARY'), 'got a promise'],
  ['a publishable key', 'pk_test_CANARY', 'got a publishable key'],
  ['the secret of a webhook', 'whsec_CANARY', 'webhook'],
  ['the id of an account', 'acct_CANARY', 'id of an account'],
  ['the client id of an app', 'ca_CANARY', 'client id of an app'],
])('%s is refused and not quoted', (_, key, got) => {
  let error: unknown;
  try {
    checkApiKey('createStripeClient', key);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toMatch(/createStripeClient: apiKey must /);
  expect(String(error)).toContain(got);
  expect(String(error)).not.toContain('CANARY');
});

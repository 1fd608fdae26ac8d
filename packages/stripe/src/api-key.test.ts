import { seal } from '@secretkit/core/provider';
import { describe, expect, it } from 'vitest';
import { checkApiKey, describeKey, kindOfKey } from './api-key.js';

describe('the kind of a key is read from its prefix', () => {
  it.each([
    ['sk_test_1', false, false, 'test-mode API key'],
    ['sk_live_1', false, true, 'live-mode API key'],
    ['rk_test_1', true, false, 'restricted test-mode API key'],
    ['rk_live_1', true, true, 'restricted live-mode API key'],
    ['sk_org_live_1', false, true, 'live-mode API key'],
    ['something_else', false, undefined, 'API key'],
  ])('%s', (key, restricted, livemode, words) => {
    expect(kindOfKey(key)).toEqual({ restricted, livemode });
    expect(describeKey(kindOfKey(key))).toBe(words);
  });

  it('is not known for a client of somebody’s own', () => {
    expect(describeKey(undefined)).toBe('API key');
  });
});

it.each([
  ['nothing', undefined, /apiKey is empty/],
  ['an empty text', '', /apiKey is empty/],
  ['a line break at its end', 'sk_test_CANARY\n', /a space, a line break/],
  ['a letter that no header carries', 'sk_test_CANARYé', /a space, a line break/],
  ['a Secret', seal('CANARY'), /apiKey is a string\. Reveal a Secret/],
  ['a promise', Promise.resolve('CANARY'), /await a promise/],
  ['a publishable key', 'pk_test_CANARY', /publishable key/],
  ["a webhook's secret", 'whsec_CANARY', /is a webhook's signing secret, and no key/],
  ["an account's id", 'acct_CANARY', /is the id of an account, and no key/],
  ["an app's client id", 'ca_CANARY', /is an app's client id, and no key/],
])('%s is refused, and not shown', (_, key, message) => {
  let error: unknown;
  try {
    checkApiKey(key);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(TypeError);
  expect(String(error)).toMatch(message);
  expect(String(error)).not.toContain('CANARY');
});

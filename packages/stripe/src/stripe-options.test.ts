import Stripe from 'stripe';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { apiKey } from '../test/stripe-clients.js';
import type { StripeClient } from './stripe-client.js';
import { stripeSecrets } from './stripe-secrets.js';

const client = new Stripe(apiKey);

describe('options', () => {
  it('with every field are accepted', () => {
    const provider = stripeSecrets({
      client,
      account: 'acct_1',
      accountHeader: 'stripeContext',
      livemode: true,
      now: Date.now,
    });
    expect(provider.name).toBe('stripe');
    expect(stripeSecrets({ client, account: undefined } as never).name).toBe('stripe');
  });

  it.each([
    [undefined, 'options must be'],
    [client, 'options must be an object, got a Stripe instance'],
    [{ apps: { secrets: {} } }, 'options must be an object, got a Stripe instance'],
    [{}, 'client must be'],
    [{ client: { apps: {} } }, 'client must be'],
    [{ client: 'sk_test_CANARYKEY' }, 'client must be'],
    [{ client, account: '' }, 'account must be'],
    [{ client, account: 'CANARY 1' }, 'account must be'],
    [{ client, account: 5 }, 'account must be'],
    [{ client, accountHeader: 'CANARY' }, "accountHeader must be 'stripeAccount' or 'stripeContext'"],
    [{ client, accountHeader: null }, "accountHeader must be 'stripeAccount' or 'stripeContext'"],
    [{ client, acount: 'acct_1' }, 'unknown option "acount"'],
  ])('are checked and not quoted: %#', (options, problem) => {
    const create = () => stripeSecrets(options as never);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(`stripeSecrets: ${problem}`);
    expect(create).not.toThrow('CANARY');
  });

  it('accept a Stripe instance as the client', () => {
    expectTypeOf<Stripe>().toExtend<StripeClient>();
  });
});

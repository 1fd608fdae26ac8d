import type { SecretsReader } from '@secretkit/core';
import Stripe from 'stripe';
import { HttpFailure } from './http-failure.js';

/** A user of an account that has the app installed. */
export interface Identity {
  readonly account: string;
  readonly user: string;
}

/**
 * Returns the sender of a body that Stripe has signed, else `undefined`. The app's UI extension signs it with
 * `fetchStripeSignature`. `use` handles a rotated signing secret; forged requests cause one extra read per cooldown at most.
 */
export async function identify(
  secrets: SecretsReader,
  body: string,
  signature: string | undefined,
  now: number,
): Promise<Identity | undefined> {
  try {
    return await secrets.use('app-signing-secret', (secret) => {
      if (!isSigned(body, signature ?? '', secret.reveal(), now))
        throw new HttpFailure('Stripe’s signature', 401);
      return identityIn(body);
    });
  } catch (error) {
    if (error instanceof HttpFailure) return undefined;
    throw error;
  }
}

function isSigned(body: string, signature: string, secret: string, now: number): boolean {
  try {
    return Stripe.webhooks.signature?.verifyHeader(body, signature, secret, 300, undefined, now) ?? false;
  } catch {
    return false; // Stripe's error quotes the body
  }
}

function identityIn(body: string): Identity | undefined {
  const { account_id: account, user_id: user } = JSON.parse(body) as Record<string, unknown>; // Stripe has signed it
  return typeof account === 'string' && typeof user === 'string' ? { account, user } : undefined;
}

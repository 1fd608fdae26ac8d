import { SecretError } from '@secretkit/core/provider';
import type { Hardened } from './hardened.js';

/** Who a request is from, and what ends it. */
export interface Sender {
  readonly authorization: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** An API key that stripe-node never sees, so that no print of a Stripe instance can show it. */
export interface HeldKey extends Pick<Hardened, 'tie'> {
  /** What a Stripe instance is given instead. */
  readonly standIn: string;
  /** Puts the key where the stand-in is; a header of somebody else's stays as it is. */
  open(authorization: string | undefined): Sender;
}

const standIn = 'held by createStripeClient';

export function holdKey(apiKey: string): HeldKey {
  const signals = new Map<string, AbortSignal>();
  let ties = 0;

  return {
    standIn,

    tie(signal) {
      ties += 1;
      const tied = `${standIn}, for call ${ties}`;
      signals.set(tied, signal);
      return { apiKey: tied, untie: () => signals.delete(tied) };
    },

    open(authorization) {
      const key = authorization?.replace(/^Bearer /, '');
      if (!key?.startsWith(standIn)) return { authorization, signal: undefined };
      const signal = signals.get(key);
      // The caller has left before stripe-node came to send anything.
      if (!signal && key !== standIn) throw new SecretError('unavailable', 'the call has ended already.');
      return { authorization: `Bearer ${apiKey}`, signal };
    },
  };
}

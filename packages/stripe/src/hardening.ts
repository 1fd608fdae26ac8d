import type { KeyKind } from './api-key.js';
import type { KeyVault } from './key-vault.js';

/** The part of a Stripe instance that `createStripeClient` adds, under a symbol. */
export interface Hardening extends Pick<KeyVault, 'attachSignal'> {
  readonly key: KeyKind;
}

export const hardening: unique symbol = Symbol.for('secretkit.stripe.hardened'); // shared by all copies of the package

/** Returns what `createStripeClient` added to a client; `undefined` for any other client. */
export function hardeningOf(client: object): Hardening | undefined {
  return (client as { [hardening]?: Hardening })[hardening];
}

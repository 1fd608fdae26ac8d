import { checkFunction, checkNumber, checkOptions, maxDelayMs } from '../check-options.js';
import { checkProvider } from '../check-provider.js';
import { guard } from '../guard.js';
import type { SecretProvider } from '../provider.js';
import { sanitise } from '../sanitise.js';
import { clientWithin } from './client-within.js';
import { renewals } from './renewals.js';
import type { Secrets } from './secrets.js';
import { watches } from './watches.js';

export interface SecretsOptions {
  /**
   * For how long `use` does not ask the store again about a credential that was refused and that the store had no better
   * one for, in milliseconds.
   * @defaultValue 30000
   */
  readonly authCooldownMs?: number;
  /**
   * The clock of that, in epoch milliseconds, and of batches: a value that expires while others are waited for is gone.
   * @defaultValue Date.now
   */
  readonly now?: () => number;
  /** Chance for `watch`: numbers from 0 on and below 1. @defaultValue Math.random */
  readonly random?: () => number;
}

/**
 * The client that an application holds, for a provider or a stack of middleware around one.
 *
 * @throws `TypeError` or `RangeError` when it is not given a provider, or for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { token: 'example' } }));
 * const token = await secrets.require('token');
 * console.log(token, token.reveal().length); // [secret] 7
 * await secrets.close();
 * ```
 */
export function createSecrets<P extends SecretProvider>(
  provider: P,
  options: SecretsOptions = {},
): Secrets<P> {
  checkProvider(provider, 'createSecrets');
  checkOptions('createSecrets', options, ['authCooldownMs', 'now', 'random']);
  const { authCooldownMs = 30_000, now = () => Date.now(), random = () => Math.random() } = options;
  checkNumber('createSecrets', 'authCooldownMs', authCooldownMs, { min: 0, max: maxDelayMs });
  checkFunction('createSecrets', 'now', now);
  checkFunction('createSecrets', 'random', random);
  const stack = guard(provider);
  const shared = {
    renewals: renewals(stack, now, authCooldownMs),
    watches: watches(stack, now, random),
    now,
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    shared.watches.stopAll();
    closing ??= dispose(stack);
    return closing;
  };
  const client: Secrets = Object.freeze({
    ...clientWithin(stack, shared),
    close,
    [Symbol.asyncDispose]: close,
  });
  return client; // it has every method; the type leaves out those that P is known not to have
}

async function dispose(stack: SecretProvider): Promise<void> {
  try {
    await stack[Symbol.asyncDispose]?.();
  } catch (error) {
    throw sanitise(error, { provider: stack.name });
  }
}

import { checkNumber, checkOptions, maxDelayMs } from '../checks/check-options.js';
import { checkProvider } from '../checks/check-provider.js';
import type { SecretProvider } from '../contract/provider.js';
import { guard } from '../kernel/guard.js';
import { ClientRefs } from './client-refs.js';
import { createFields } from './fields.js';
import { renewOf } from './renew.js';
import { scopedClient } from './scoped-client.js';
import type { Secrets } from './secrets.js';
import { watches } from './watches.js';

export interface SecretsOptions {
  /** How long `use` does not read a refused credential again that is still current, in milliseconds. @defaultValue 30000 */
  readonly authCooldownMs?: number;
  /** The clock of that cooldown, and of expiry within a batch, in epoch milliseconds. @defaultValue Date.now */
  readonly now?: () => number;
  /** The random source of `watch`: a number in [0, 1). @defaultValue Math.random */
  readonly random?: () => number;
}

/**
 * Returns the client that an application holds, for a provider or a stack of middleware around one.
 * @throws `TypeError` when the provider is not one; `TypeError` or `RangeError` for wrong options.
 * @example
 * ```ts
 * import { createSecrets } from '@secretkit/core';
 * import { memorySecrets } from '@secretkit/memory';
 *
 * const secrets = createSecrets(memorySecrets({ initial: { token: 'example' } }));
 * const token = await secrets.require('token');
 * console.log(token, token.reveal().length); // [secret] 7
 * ```
 */
export function createSecrets<P extends SecretProvider>(
  provider: P,
  options: SecretsOptions = {},
): Secrets<P> {
  checkProvider(provider, 'createSecrets');
  const own = checkOptions('createSecrets', options, ['authCooldownMs', 'now', 'random']);
  const { authCooldownMs = 30_000, now = () => Date.now(), random = () => Math.random() } = own;
  checkNumber('createSecrets', 'authCooldownMs', authCooldownMs, { min: 0, max: maxDelayMs });
  const stack = guard(provider);
  const renew = renewOf(stack, now, authCooldownMs);
  const shared = { stack, renew, watches: watches(stack, now, random), fields: createFields(), now };
  const refs = new ClientRefs(stack);
  const close = async (): Promise<void> => {
    shared.watches.stopAll();
    await stack[Symbol.asyncDispose]?.();
  };
  const methods = { ...scopedClient(shared, refs), close, [Symbol.asyncDispose]: close };
  const client: Secrets = Object.freeze(methods);
  return client; // it has every method; the type omits those that P is known not to have
}

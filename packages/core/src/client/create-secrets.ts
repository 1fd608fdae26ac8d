import { checkProvider } from '../check-provider.js';
import { guard } from '../guard.js';
import type { SecretProvider } from '../provider.js';
import { sanitise } from '../sanitise.js';
import { clientWithin } from './client-within.js';
import type { Secrets } from './secrets.js';

/**
 * The client that an application holds, for a provider or a stack of middleware around one.
 *
 * @throws `TypeError` when it is not given a provider.
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
export function createSecrets<P extends SecretProvider>(provider: P): Secrets<P> {
  checkProvider(provider, 'createSecrets');
  const stack = guard(provider);
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= dispose(stack);
    return closing;
  };
  const client: Secrets = Object.freeze({ ...clientWithin(stack), close, [Symbol.asyncDispose]: close });
  return client; // it has every method; the type leaves out those that P is known not to have
}

async function dispose(stack: SecretProvider): Promise<void> {
  try {
    await stack[Symbol.asyncDispose]?.();
  } catch (error) {
    throw sanitise(error, { provider: stack.name });
  }
}

import { compose, type SecretProvider } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';

/** The middleware between the application and its backend. */
export function stackAround(
  backend: SecretProvider,
  clock: { readonly now?: () => number; readonly random?: () => number } = {},
): SecretProvider {
  return compose(
    cache({ ttlMs: 60_000, ...clock }),
    retry({ ...clock }),
    timeout({ timeoutMs: 2_000 }),
  )(backend);
}

/** Made-up secrets for this machine. Only this function differs in production. */
export function developmentBackend(): SecretProvider {
  return memorySecrets({
    initial: [
      ['session-key', 'session_not-a-real-key'],
      [{ name: 'partner-token', scope: { account: 'acct_1' } }, 'partner_not-a-real-token-of-acct_1'],
      [{ name: 'partner-token', scope: { account: 'acct_2' } }, 'partner_not-a-real-token-of-acct_2'],
    ],
  });
}

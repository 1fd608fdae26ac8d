import { compose, type SecretProvider } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';

/** What stands between the application and its backend, whichever that is. */
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

/** Made-up secrets for this machine. In production, this is the line that differs. */
export function developmentBackend(): SecretProvider {
  return memorySecrets({
    initial: [
      ['session-key', 'session_not-a-real-key'],
      [{ name: 'partner-token', scope: { account: 'acct_1' } }, 'partner_not-a-real-token-of-acct_1'],
      [{ name: 'partner-token', scope: { account: 'acct_2' } }, 'partner_not-a-real-token-of-acct_2'],
    ],
  });
}

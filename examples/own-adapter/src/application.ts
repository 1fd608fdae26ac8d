import { compose, createSecrets, type SecretsReader } from '@secretkit/core';
import { cache } from '@secretkit/middleware/cache';
import { retry } from '@secretkit/middleware/retry';
import { timeout } from '@secretkit/middleware/timeout';
import { fileSecrets } from './file-secrets.js';

/** Opens an application's secrets from a file. */
export function openSecrets(path: string): SecretsReader & AsyncDisposable {
  const stack = compose(cache({ ttlMs: 60_000 }), retry({ baseDelayMs: 10 }), timeout({ timeoutMs: 1_000 }));
  return createSecrets(stack(fileSecrets(path)));
}

import { createSecrets, type SecretsReader } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';

/** The application's secrets: made-up values in memory. A config loader does not depend on the backend. */
export const secrets: SecretsReader = createSecrets(
  memorySecrets({
    initial: {
      'db-password': 'not-a-real-password',
      'mail-token': 'not-a-real-token',
      'mail-token-of-the-container': 'not-a-real-token-either',
    },
  }),
);

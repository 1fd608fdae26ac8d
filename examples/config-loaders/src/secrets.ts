import { createSecrets, type SecretsReader } from '@secretkit/core';
import { memorySecrets } from '@secretkit/memory';

/** The application's secrets. Made up, and in memory: where they come from is no business of a config loader. */
export const secrets: SecretsReader = createSecrets(
  memorySecrets({
    initial: {
      'db-password': 'not-a-real-password',
      'mail-token': 'not-a-real-token',
      'mail-token-of-the-container': 'not-a-real-token-either',
    },
  }),
);

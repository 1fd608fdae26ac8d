import { isSecret, type Secret } from '@secretkit/core';

/** Takes the place of a database client: the one place that reveals the secret. Any text of a config may be a reference. */
export function connect(host: string | Secret | undefined, password: Secret): void {
  const where = isSecret(host) ? 'a secret host' : host;
  console.log(`connected to ${where ?? 'no host'} with a password of ${password.reveal().length} characters`);
}

import { isSecret, type Secret } from '@secretkit/core';

/** Stands for what uses a secret: the one place where it is revealed. Any text of a config may have been a reference. */
export function connect(host: string | Secret | undefined, password: Secret): void {
  const where = isSecret(host) ? 'a secret place' : host;
  console.log(`connected to ${where ?? 'nowhere'} with a password of ${password.reveal().length} characters`);
}

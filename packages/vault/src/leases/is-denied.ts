import { isSecretError } from '@secretkit/core/provider';

/** Whether the server will not do it for this login, however often it is asked. */
export function isDenied(error: unknown): boolean {
  return isSecretError(error, 'permission_denied') || isSecretError(error, 'unauthenticated');
}

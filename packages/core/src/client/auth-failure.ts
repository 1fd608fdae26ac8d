import { isSecretError } from '../secret-error.js';

/** Is it what most clients throw when a credential is refused: a status of 401, or `unauthenticated`? */
export function isAuthFailure(error: unknown): boolean {
  const { status, statusCode } = Object(error) as {
    readonly status?: unknown;
    readonly statusCode?: unknown;
  };
  return status === 401 || statusCode === 401 || isSecretError(error, 'unauthenticated');
}

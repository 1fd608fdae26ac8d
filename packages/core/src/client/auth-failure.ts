import { isSecretError } from '../contract/secret-error.js';

/** Whether this is a response of an HTTP client: it has a numeric status, and headers. */
export function isResponse(thing: unknown): boolean {
  const { status, statusCode, headers } = Object(thing) as Readonly<Record<string, unknown>>;
  const isStatus = typeof status === 'number' || typeof statusCode === 'number';
  return isStatus && typeof headers === 'object' && headers !== null;
}

/** Ends the transfer of a response that nobody reads. Its failure is ignored. */
export async function cancelBody(response: unknown): Promise<void> {
  try {
    const { body } = Object(response) as { body?: { cancel?(): Promise<void>; destroy?(): void } | null };
    await (body?.cancel ? body.cancel() : body?.destroy?.());
  } catch {
    // A reader has locked it.
  }
}

/**
 * Whether a client reports by this exception, or a cause of it, that a credential was refused: one of the HTTP statuses, or
 * the code of PostgreSQL, MySQL, Redis, MongoDB, Kafka or secretkit. A bare number counts only with a second feature.
 */
export function isAuthFailure(error: unknown, statuses: readonly number[] = [401], depth = 0): boolean {
  if (depth > 5 || typeof error !== 'object' || error === null) return false;
  const { status, statusCode, response, code, errno, codeName, type, message, cause, errors } =
    error as Readonly<Record<string, unknown>>;
  const ofResponse = (Object(response) as { status?: unknown }).status;
  return (
    isSecretError(error, 'unauthenticated') ||
    [status, statusCode, ofResponse].some((each) => statuses.some((refused) => refused === each)) ||
    code === '28P01' || // PostgreSQL: invalid_password
    code === '28000' || // PostgreSQL: invalid_authorization_specification
    (code === 'ER_ACCESS_DENIED_ERROR' && errno === 1045) || // MySQL, MariaDB
    (code === 18 && codeName === 'AuthenticationFailed') || // MongoDB
    (code === 58 && type === 'SASL_AUTHENTICATION_FAILED') || // Kafka
    (typeof message === 'string' && /^(?:WRONGPASS|NOAUTH)\b/.test(message)) || // Redis
    [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])].some((each) =>
      isAuthFailure(each, statuses, depth + 1),
    )
  );
}

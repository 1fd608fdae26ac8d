import { isSecretError } from '../contract/secret-error.js';

/** A response of any HTTP client: a numeric status and headers. */
export interface ResponseLike {
  readonly status: number;
  readonly headers: object;
  readonly body?: unknown;
}

/** Whether this is a response of an HTTP client. */
export function isResponse(thing: unknown): thing is ResponseLike {
  const { status, headers } = Object(thing) as Partial<ResponseLike>;
  return typeof status === 'number' && typeof headers === 'object' && headers !== null;
}

/** Ends the transfer of a response that nobody reads. Its failure is ignored. */
export function cancelBody({ body }: ResponseLike): void {
  const { cancel, destroy } = Object(body) as { cancel?: () => Promise<void>; destroy?: () => void };
  const end = async (): Promise<void> => (cancel ? cancel.call(body) : destroy?.call(body));
  void end().catch(() => undefined); // it may be locked by a reader
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

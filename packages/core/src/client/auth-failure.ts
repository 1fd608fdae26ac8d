import { isSecretError } from '../contract/secret-error.js';

/** Whether this is a response of an HTTP client, with a numeric status and headers, or an object that has one as `response`. */
export function isResponse(thing: unknown): boolean {
  const { response } = Object(thing) as { readonly response?: unknown }; // of openapi-fetch
  return [thing, response].some((each) => {
    const { status, statusCode, headers } = Object(each) as Readonly<Record<string, unknown>>;
    const isStatus = typeof status === 'number' || typeof statusCode === 'number';
    return isStatus && typeof headers === 'object' && headers !== null;
  });
}

interface Refused {
  readonly body?: unknown;
  readonly data?: unknown;
  readonly response?: unknown;
  readonly cause?: unknown;
}

type Stream = Partial<Record<'cancel' | 'destroy', () => unknown>> & {
  on?(event: 'error', listener: () => void): unknown;
};

/** Ends the transfer of a refused response, also of one in an exception. Its failure is ignored. */
export async function cancelBody(refused: unknown, depth = 0): Promise<void> {
  if (depth > 5 || typeof refused !== 'object' || refused === null) return;
  try {
    const { body, response, cause } = refused as Refused;
    for (const inner of [response, cause]) void cancelBody(inner, depth + 1); // it does not reject
    const stream = body === undefined ? ((refused as Refused).data ?? refused) : body; // of axios; of node:http
    const { cancel, destroy, on } = Object(stream) as Stream;
    if (cancel) {
      await cancel.call(stream);
      return;
    }
    on?.call(stream, 'error', () => undefined); // undici's emits one, which ends the process without a listener
    await destroy?.call(stream);
  } catch {
    // A reader has locked it.
  }
}

/** Where clients, mappers and pools put the exception that they wrap. */
const wrappedIn = [
  'cause',
  'error', // SuppressedError
  'suppressed',
  'parent', // Sequelize
  'driverError', // TypeORM
  'lastNodeError', // a cluster of ioredis
  'networkError', // Apollo
] as const;

/** The codes and names that mean a refused credential by themselves. */
const refusals: ReadonlySet<unknown> = new Set([
  '28P01', // PostgreSQL: invalid_password
  '28000', // PostgreSQL: invalid_authorization_specification
  'EAUTH', // nodemailer
  'ELOGIN', // SQL Server
  'P1000', // Prisma
  'KafkaJSSASLAuthenticationError', // the name of kafkajs, which has no code
]);

/**
 * Whether a client reports by this exception, or one that it wraps, that a credential was refused: one of the HTTP statuses, or
 * the code of a database, a broker or secretkit. A bare number counts only with a second feature.
 */
export function isAuthFailure(error: unknown, statuses: readonly number[] = [401], depth = 0): boolean {
  if (depth > 5 || typeof error !== 'object' || error === null) return false;
  const thrown = error as Readonly<Record<string, unknown>>;
  const { status, statusCode, response, $metadata, code, errno, codeName, type, details, message } = thrown;
  const answered = Object(response) as Readonly<Record<string, unknown>>; // of axios, got
  const { httpStatusCode } = Object($metadata) as Readonly<Record<string, unknown>>; // of the AWS SDK
  const found = [status, statusCode, answered.status, answered.statusCode, httpStatusCode];
  const text = typeof message === 'string' ? message : '';
  return (
    isSecretError(error, 'unauthenticated') ||
    found.some((each) => statuses.some((refused) => refused === each)) ||
    refusals.has(code) ||
    refusals.has(thrown.name) ||
    (code === 'ER_ACCESS_DENIED_ERROR' && errno === 1045) || // MySQL, MariaDB
    (code === 'ER_ACCESS_DENIED_NO_PASSWORD_ERROR' && errno === 1698) || // the account logs in by another way
    (code === 18 && codeName === 'AuthenticationFailed') || // MongoDB
    (code === 8000 && codeName === 'AtlasError' && text.startsWith('bad auth')) || // MongoDB Atlas
    (code === 58 && type === 'SASL_AUTHENTICATION_FAILED') || // Kafka
    (code === 16 && typeof details === 'string') || // gRPC
    /^(?:WRONGPASS|NOAUTH|ERR invalid password)\b/.test(text) || // Redis
    [...wrappedIn.map((key) => thrown[key]), ...listOf(thrown.errors)].some((each) =>
      isAuthFailure(each, statuses, depth + 1),
    )
  );
}

function listOf(errors: unknown): readonly unknown[] {
  return Array.isArray(errors) ? errors : [];
}

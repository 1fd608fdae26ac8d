import type { SecretErrorCode } from '@secretkit/core/provider';

/** A way in which a backend can fail. */
export type FaultName =
  /** HTTP 401, or the equivalent of another protocol. */
  | 'unauthorized'
  /** HTTP 403. */
  | 'forbidden'
  /** HTTP 429. */
  | 'rateLimited'
  /** A rate limit that the body reports, with a status other than 429. */
  | 'throttledByBody'
  /** HTTP 404 of the route, not of the secret. */
  | 'routeNotFound'
  /** HTTP 409. */
  | 'conflict'
  /** HTTP 409: the idempotency key is in use. */
  | 'keyInUse'
  /** HTTP 424. */
  | 'failedDependency'
  /** HTTP 500. */
  | 'serverError'
  /** HTTP 503. */
  | 'overloaded'
  /** A page of HTML, from a proxy in between. */
  | 'html'
  /** A redirect to another host. */
  | 'redirect'
  /** The connection is refused. */
  | 'refused'
  /** The name of the host cannot be resolved. */
  | 'unresolved'
  /** The TLS handshake fails. */
  | 'tlsFailure'
  /** The connection is reset before the answer. */
  | 'reset'
  /** The body ends early. */
  | 'cutBody'
  /** The body cannot be parsed. */
  | 'malformedBody'
  /** A page of a list reports that there are more, and has no cursor that moves. Only lists are affected. */
  | 'cutList'
  /** The body can be parsed, but has another shape. */
  | 'wrongShape'
  /** The answer describes the secret without its value. */
  | 'withoutValue'
  /** A file or a device that cannot be read. */
  | 'unreadable'
  /** An error that the adapter does not know, with the value in its message. */
  | 'foreign';

/** The codes that an adapter may report for each fault. */
export const faultCodes: Readonly<Record<FaultName, readonly [SecretErrorCode, ...SecretErrorCode[]]>> = {
  unauthorized: ['unauthenticated'],
  forbidden: ['permission_denied'],
  rateLimited: ['rate_limited'],
  throttledByBody: ['rate_limited'],
  routeNotFound: ['unavailable'],
  conflict: ['conflict'],
  keyInUse: ['unavailable'],
  failedDependency: ['unavailable'],
  serverError: ['unavailable'],
  overloaded: ['unavailable'],
  html: ['unavailable'],
  redirect: ['unavailable'],
  refused: ['unavailable'],
  unresolved: ['unavailable'],
  tlsFailure: ['unavailable'],
  reset: ['unavailable'],
  cutBody: ['unavailable'],
  malformedBody: ['unavailable', 'invalid_data'],
  cutList: ['unavailable', 'invalid_data'],
  wrongShape: ['invalid_data'],
  withoutValue: ['invalid_data'],
  unreadable: ['unavailable'],
  foreign: ['unknown'],
};

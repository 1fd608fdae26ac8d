import type { SecretErrorCode } from '@secretkit/core/provider';

/** One of the ways in which a backend's answer goes wrong. */
export type FaultName =
  /** HTTP 401, or what comes to the same. */
  | 'unauthorized'
  /** HTTP 403. */
  | 'forbidden'
  /** HTTP 429. */
  | 'rateLimited'
  /** A throttle that is told in the body, with another status. */
  | 'throttledByBody'
  /** HTTP 404 of the route, not of the secret. */
  | 'routeNotFound'
  /** HTTP 409. */
  | 'conflict'
  /** HTTP 409 for an idempotency key that is in use. */
  | 'keyInUse'
  /** HTTP 424. */
  | 'failedDependency'
  /** HTTP 500. */
  | 'serverError'
  /** HTTP 503. */
  | 'overloaded'
  /** A page of HTML, from whatever stands in between. */
  | 'html'
  /** A redirect to another host. */
  | 'redirect'
  /** Nobody listens. */
  | 'refused'
  /** The host has no address. */
  | 'unresolved'
  /** The TLS handshake fails. */
  | 'tlsFailure'
  /** The connection is reset before an answer. */
  | 'reset'
  /** The answer ends in the middle. */
  | 'cutBody'
  /** The answer cannot be parsed. */
  | 'malformedBody'
  /** The answer can be parsed, and is something else. */
  | 'wrongShape'
  /** The answer shows the secret, and not its value. */
  | 'withoutValue'
  /** A file or a device that cannot be read. */
  | 'unreadable'
  /** An error that the adapter has no entry for, with the value in its message. */
  | 'foreign';

/** The codes that each may become. */
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
  wrongShape: ['invalid_data'],
  withoutValue: ['invalid_data'],
  unreadable: ['unavailable'],
  foreign: ['unknown'],
};
